import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { Type } from "avsc"
import fc from "fast-check"
import type { EventContext, EventItem, ShopEvent } from "../../services/events"
import type { Consent } from "../../services/privacy"
import { shopEvent } from "../../services/testing/events"
import { AvroEventCodec, fingerprintOf } from "./avro-event-codec"
import { EVENT_SCHEMAS } from "./schemas"

const asJson = (event: ShopEvent): unknown => JSON.parse(JSON.stringify(event))

/** Every field that there is: whoever adds one to ShopEvent is told by the compiler to add it here. */
type Full = Required<Omit<ShopEvent, "context" | "items" | "page">> & {
  context: Required<EventContext>
  items: Required<EventItem>[]
  page: Required<NonNullable<ShopEvent["page"]>>
}

const item: Required<EventItem> = {
  product_id: "p1",
  variant_id: "v1",
  position: 3,
  price: 0.1,
  quantity: 1.5,
  request_id: "r1",
  placement: "home",
}

const FULL: Full = {
  ...shopEvent(),
  visitor_id: "v",
  session_id: "s",
  customer_id: "c",
  page: { type: "product", url_path: "/p/1" },
  context: {
    locale: "de-CH",
    currency: "chf",
    region_id: "reg",
    sales_channel_id: "sc",
    device: "mobile",
    country: "CH",
    city: "Zürich",
    tz_offset: -30,
    weather: "rain",
    temperature: 7.5,
    region: "CH-ZH",
    local_events: ["concert", "fair"],
  },
  request_id: "r",
  placement: "home",
  slot: 2,
  experiment_id: "e",
  variation_id: "b",
  propensity: 0.25,
  items: [item, { ...item, product_id: "漢字 😀" }],
  value: -12.34,
  currency: "eur",
  properties: { query: "naïve", ms: 12.5, on: true },
  bot: true,
  traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
}

const text = fc.string({ unit: "binary", maxLength: 20 })
const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const optional = <T>(shape: { [K in keyof T]: fc.Arbitrary<T[K]> }, required: (keyof T)[] = []) =>
  fc.record(shape, { requiredKeys: required }) as fc.Arbitrary<T>
const flags = fc.boolean()

const anyEvent = optional<ShopEvent>(
  {
    event_id: text,
    type: text,
    ts: fc.integer({ min: 0, max: 8.64e15 }),
    visitor_id: text,
    session_id: text,
    customer_id: text,
    consent: fc.record<Consent>({
      analytics: flags,
      personalization: flags,
      experimentation: flags,
      model_training: flags,
    }),
    page: optional<NonNullable<ShopEvent["page"]>>({ type: text, url_path: text }),
    context: optional<EventContext>({
      locale: text,
      currency: text,
      region_id: text,
      sales_channel_id: text,
      device: fc.constantFrom("mobile", "tablet", "desktop"),
      country: text,
      city: text,
      tz_offset: number,
      region: text,
      local_events: fc.array(text),
    }),
    request_id: text,
    placement: text,
    slot: fc.nat(),
    experiment_id: text,
    variation_id: text,
    propensity: number,
    items: fc.array(
      optional<EventItem>(
        {
          product_id: text,
          variant_id: text,
          position: fc.nat(),
          price: number,
          quantity: number,
          request_id: text,
          placement: text,
        },
        ["product_id"]
      )
    ),
    value: number,
    currency: text,
    properties: fc.dictionary(
      fc.string({ unit: "grapheme-ascii" }).filter((key) => key !== "__proto__"),
      fc.oneof(text, number, flags)
    ),
    bot: flags,
    traceparent: text,
  },
  ["event_id", "type", "ts", "consent", "context", "items"]
)

describe("fingerprints", () => {
  // The known answers of the specification's own test suite.
  it.each([
    ["int", "7275d51a3f395c8f"],
    ["null", "63dd24e7cc258f8a"],
    ["string", "8f014872634503c7"],
  ] as const)("of %s is %s", (name, expected) => {
    expect(
      Buffer.from(fingerprintOf(Type.forSchema(name)))
        .reverse()
        .toString("hex")
    ).toBe(expected)
  })

  it("are taken of the parsing canonical form: without docs, defaults and logical types, names in full", () => {
    const written = Type.forSchema({
      type: "record",
      name: "Point",
      namespace: "shop",
      doc: "a place",
      fields: [{ doc: "from the left", default: 0, type: { type: "int", logicalType: "metre" }, name: "x" }],
    })
    const canonical = '{"name":"shop.Point","type":"record","fields":[{"name":"x","type":"int"}]}'
    expect(JSON.stringify(written.schema())).toBe(canonical)
  })
})

/** Without what later versions have added. */
const { traceparent: _traceparent, ...EARLIER } = FULL
const {
  weather: _weather,
  temperature: _temperature,
  region: _region,
  local_events: _events,
  ...EARLIER_CONTEXT
} = FULL.context
const AS_V1 = { ...EARLIER, context: EARLIER_CONTEXT }

describe("AvroEventCodec", () => {
  let codec: AvroEventCodec
  beforeAll(async () => {
    codec = await AvroEventCodec.create()
  })

  it("gives every field back", () => {
    expect(codec.decode(codec.encode(FULL))).toEqual(asJson(FULL))
  })

  it("gives any event back exactly as JSON would", () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        expect(codec.decode(codec.encode(event))).toStrictEqual(asJson(event))
      })
    )
  })

  it("writes the marker and the fingerprint of the newest schema before the event", () => {
    const bytes = codec.encode(shopEvent())
    const newest = Type.forSchema(EVENT_SCHEMAS[EVENT_SCHEMAS.length - 1])
    expect(bytes.toString("hex", 0, 10)).toBe(`c301${fingerprintOf(newest).toString("hex")}`)
    expect(newest.fromBuffer(bytes.subarray(10)).event_id).toEqual(expect.any(String))
  })

  it("reads what earlier versions wrote", () => {
    const event = AS_V1
    const v1 = Type.forSchema(EVENT_SCHEMAS[0])
    const bytes = Buffer.concat([Buffer.from([0xc3, 0x01]), fingerprintOf(v1), v1.toBuffer(event)])
    expect(codec.decode(bytes)).toEqual(asJson(event))
  })

  it("says what is wrong with bytes that are no event", () => {
    const bytes = codec.encode(shopEvent())
    const unknown = Buffer.from(bytes)
    unknown.fill(7, 2, 10)
    expect(() => codec.decode(unknown)).toThrow("unknown schema (fingerprint 0707070707070707)")
    expect(() => codec.decode(Buffer.from('{"type":"view_item"}'))).toThrow("no known encoding")
    expect(() => codec.decode(Buffer.alloc(0))).toThrow("no known encoding")
    expect(() => codec.decode(bytes.subarray(0, 30))).toThrow()
    expect(() => codec.decode(Buffer.concat([bytes, Buffer.from([0])]))).toThrow()
  })

  it("refuses an event that does not fit the schema", () => {
    expect(() => codec.encode(shopEvent({ ts: 0.5 }))).toThrow(
      expect.objectContaining({ code: "invalid_input" })
    )
  })

  it("needs the registry to read what was written with one", async () => {
    await expect(codec.decode(Buffer.from([0, 0, 0, 0, 7, 1]))).rejects.toThrow(
      "schemaRegistryUrl is not set"
    )
  })
})

describe("AvroEventCodec with a schema registry", () => {
  const schemas: string[] = []
  const calls: string[] = []
  let failWith: number | undefined
  let server: Server
  let url: string

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = ""
      request.on("data", (chunk) => (body += chunk))
      request.on("end", () => {
        calls.push(`${request.method} ${request.url} ${request.headers.authorization ?? ""}`.trim())
        const answer = (status: number, content: unknown) => {
          response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content))
        }
        if (failWith) return answer(failWith, { message: "no" })
        if (request.method === "POST") {
          const { schema } = JSON.parse(body)
          if (!schemas.includes(schema)) schemas.push(schema)
          return answer(200, { id: schemas.indexOf(schema) + 1 })
        }
        const schema = schemas[Number(request.url?.split("/").pop()) - 1]
        return schema
          ? answer(200, { schema })
          : answer(404, { error_code: 40403, message: "Schema not found" })
      })
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  beforeEach(() => {
    failWith = undefined
    schemas.length = calls.length = 0
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  const make = (schemaRegistryUrl = url) =>
    AvroEventCodec.create({ schemaRegistryUrl, subject: "shop.events-value" })

  it("registers its schema once and writes the id it is given", async () => {
    schemas.push('"string"')
    const codec = await make()
    await Promise.all([codec.ready(), codec.ready()])
    await codec.ready()
    expect(calls).toEqual(["POST /subjects/shop.events-value/versions"])
    const bytes = codec.encode(FULL)
    expect([...bytes.subarray(0, 5)]).toEqual([0, 0, 0, 0, 2])
    expect(await codec.decode(bytes)).toEqual(asJson(FULL))
  })

  it("fetches what an unknown id was written with, once, and resolves it into the newest", async () => {
    schemas.push(JSON.stringify(EVENT_SCHEMAS[0]))
    const event = AS_V1
    const header = Buffer.from([0, 0, 0, 0, 1])
    const bytes = Buffer.concat([header, Type.forSchema(EVENT_SCHEMAS[0]).toBuffer(event)])
    const codec = await make()
    const read = await Promise.all([codec.decode(bytes), codec.decode(bytes)])
    expect(read).toEqual([asJson(event), asJson(event)])
    expect(calls).toEqual(["GET /schemas/ids/1"])
  })

  it("reads what was written before there was a registry", async () => {
    const before = await AvroEventCodec.create()
    expect((await make()).decode(before.encode(FULL))).toEqual(asJson(FULL))
    expect(calls).toEqual([])
  })

  it("sends the credentials of its URL as a header", async () => {
    const codec = await make(url.replace("//", "//me:p%40ss@"))
    await codec.ready()
    expect(calls[0]).toMatch(`Basic ${Buffer.from("me:p@ss").toString("base64")}`)
  })

  it("tells a registry that is away from one that refuses, and asks again", async () => {
    const codec = await make()
    const bytes = Buffer.from([0, 0, 0, 0, 9, 1])
    failWith = 503
    await expect(codec.ready()).rejects.toMatchObject({ code: "unavailable" })
    await expect(codec.decode(bytes)).rejects.toMatchObject({ code: "unavailable" })
    failWith = 409
    await expect(codec.ready()).rejects.toMatchObject({ code: "invalid_option" })
    failWith = undefined
    await expect(codec.decode(bytes)).rejects.toMatchObject({ code: "invalid_option" })
    await codec.ready()
    await expect(make("http://127.0.0.1:9").then((away) => away.ready())).rejects.toMatchObject({
      code: "unavailable",
    })
    await expect(make("nonsense")).rejects.toMatchObject({ code: "invalid_option" })
  })

  it("refuses what was written with a schema of something else", async () => {
    schemas.push('"string"')
    const codec = await make()
    await expect(codec.decode(Buffer.from([0, 0, 0, 0, 1, 2, 65]))).rejects.toThrow()
  })
})
