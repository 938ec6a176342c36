import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { MemoryCatalogStore, MemoryEventLog, MemorySubjectStore } from "../adapters/memory"
import type { ShopEvent } from "../services/events"
import type { Product } from "../services/features"
import { FULL_CONSENT, NO_CONSENT } from "../services/privacy"
import { countryCode } from "./import-country"
import { timeOf } from "./import-events"
import { readMapping } from "./import-mapping"
import { ImportRun, type ImportPlan } from "./import-run"

const RETAIL =
  "order_id=Invoice,product_id=Code,title=Text,quantity=Qty,ts=Date,price=Price,customer_id=Customer ID,country=Country"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "import-test-"))
})
afterEach(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const target = () => ({
  log: new MemoryEventLog(),
  subjects: new MemorySubjectStore(),
  catalog: new MemoryCatalogStore(),
})

const run = (to: ReturnType<typeof target>, files: string[], plan: Partial<ImportPlan> = {}) => {
  const rules = { type: "purchase", cancelledPrefix: "C", shift: 0, consent: FULL_CONSENT }
  const rejectedFile = join(folder, "rejected.jsonl")
  const all = { files, mapping: readMapping(RETAIL), rules, rejectedFile, ...plan }
  return new ImportRun(to, all).run(() => undefined)
}

const stored = async ({ log }: ReturnType<typeof target>) => {
  const events: ShopEvent[] = []
  for await (const batch of log.replay()) events.push(...batch.map(({ event }) => event))
  return events
}

const rejects = () =>
  readFileSync(join(folder, "rejected.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))

const CSV = `Invoice,Code,Text,Qty,Date,Price,Customer ID,Country
1,A,CUP,2,2009-12-01 07:45:00,1.5,77,United Kingdom
1,B,"RUG, ""RED""",1,2009-12-01 07:45:00,20,77,United Kingdom
1,A,CUP,2,2009-12-01 07:45:00,1.5,77,United Kingdom
2,A,CUP NEW,1,2009-12-02 10:00:00,0,,EIRE
C3,B,RUG,-1,2009-12-03 10:00:00,20,77,Nowhere
4,A,,-5,2009-12-03 10:00:00,0,,
5,,CUP,1,2009-12-03 10:00:00,1,77,France
6,A,CUP,one,2009-12-03 10:00:00,1,77,France
7,A,CUP,1,soon,1,77,France
8,A,CUP,1,2009-12-03 10:00:00,-3,77,France
9,A,CUP
`

it("imports each row, or says why not", async () => {
  const to = target()
  const report = await run(to, [file("lines.csv", CSV)], { products: { salesChannelIds: ["sc"] } })
  expect(report).toMatchObject({
    rows: 11,
    imported: 6,
    rejected: 5,
    events: { purchase: 2, refund: 2 },
    newEvents: 4,
    knownEvents: 0,
    products: 2,
    times: { from: Date.UTC(2009, 11, 1, 7, 45), to: Date.UTC(2009, 11, 3, 10) },
  })
  expect(rejects().map(({ line, reason }) => [line, reason])).toEqual([
    [8, "product_id: is missing"],
    [9, 'quantity: "one" is not a number'],
    [10, 'ts: "soon" is not a time'],
    [11, "price: must not be negative"],
    [12, expect.stringMatching(/length/i)],
  ])
  const [basket, single, refund] = await stored(to)
  expect(basket).toMatchObject({
    type: "purchase",
    ts: Date.UTC(2009, 11, 1, 7, 45),
    customer_id: "77",
    context: { country: "GB" },
    properties: { order_id: "1" },
    items: [
      { product_id: "A", quantity: 2, price: 1.5 },
      { product_id: "B", quantity: 1, price: 20 },
      { product_id: "A", quantity: 2, price: 1.5 },
    ],
  })
  expect(single).toMatchObject({ context: { country: "IE" } })
  expect(refund).toMatchObject({ type: "refund", items: [{ product_id: "B", quantity: 1 }], context: {} })
})

it("writes the catalogue with the newest text and the newest real price", async () => {
  const to = target()
  await run(to, [file("lines.csv", CSV)], { products: { salesChannelIds: ["sc"] } })
  const products: Product[] = []
  for await (const batch of to.catalog.load()) products.push(...batch)
  expect(products).toMatchObject([
    { id: "A", title: "CUP NEW", price: 1.5, salesChannelIds: ["sc"], status: "published", inStock: true },
    { id: "B", title: "RUG", price: 20 },
  ])
})

it("changes nothing when a file is imported again, packed or in two parts", async () => {
  const to = target()
  await run(to, [file("lines.csv", CSV)])
  const [head, ...lines] = CSV.split("\n")
  const again = await run(to, [file("lines.csv.gz", gzipSync(CSV))])
  expect(again).toMatchObject({ newEvents: 0, knownEvents: 4, imported: 6 })
  const parts = [
    file("1.csv", [head, ...lines.slice(0, 4)].join("\n")),
    file("2.csv", [head, ...lines.slice(4)].join("\n")),
  ]
  expect(await run(to, parts)).toMatchObject({ newEvents: 0, knownEvents: 4 })
  expect(await stored(to)).toHaveLength(4)
})

it("tells equal rows apart by counting them", async () => {
  const to = target()
  const line = JSON.stringify({ at: 1_700_000_000, item: { id: "A" }, user: "v" })
  const plan = {
    mapping: readMapping("ts=at,product_id=item.id,visitor_id=user"),
    rules: { type: "view_item", shift: 0, consent: FULL_CONSENT },
  }
  const path = file("views.jsonl", `${line}\n\n${line}\nnonsense\n[1]\n`)
  expect(await run(to, [path], plan)).toMatchObject({ rows: 4, imported: 2, rejected: 2, newEvents: 2 })
  expect(await run(to, [path], plan)).toMatchObject({ newEvents: 0, knownEvents: 2 })
  expect((await stored(to))[0]).toMatchObject({ ts: 1_700_000_000_000, visitor_id: "v" })
})

it("splits an order of more than 200 lines and keeps it one basket", async () => {
  const to = target()
  const lines = Array.from({ length: 450 }, (_, i) => `1,P${i},T,1,2009-12-01 07:45:00,1,77,France`)
  const path = file("big.csv", [CSV.split("\n")[0], ...lines].join("\n"))
  expect(await run(to, [path])).toMatchObject({ imported: 450, newEvents: 3 })
  const events = await stored(to)
  expect(events.map((event) => event.items.length)).toEqual([200, 200, 50])
  expect(new Set(events.map((event) => event.properties?.order_id))).toEqual(new Set(["1"]))
})

it("moves times, and obeys who has objected", async () => {
  const to = target()
  await to.subjects.link("v", "77")
  await to.subjects.recordConsent("v", NO_CONSENT, 1)
  const rules = { type: "purchase", cancelledPrefix: "C", shift: 86_400_000, consent: FULL_CONSENT }
  const report = await run(to, [file("lines.csv", CSV)], { rules })
  expect(report).toMatchObject({ imported: 2, newEvents: 2 })
  expect(rejects().filter(({ reason }) => /no_consent/.test(reason))).toHaveLength(4)
  expect((await stored(to))[0].ts).toBe(Date.UTC(2009, 11, 3, 10))
})

it("fails for a file that is not there", async () => {
  await expect(run(target(), [join(folder, "none.csv")])).rejects.toThrow(/ENOENT/)
  await expect(run(target(), [join(folder, "none.csv.gz")])).rejects.toThrow(/ENOENT/)
  await expect(run(target(), [join(folder, "none.jsonl")])).rejects.toThrow(/ENOENT/)
})

it.each(["broken.csv.gz", "broken.jsonl.gz"])(
  "does not take a broken archive for a whole one: %s",
  async (name) => {
    const packed = gzipSync(randomBytes(200_000).toString("hex").replace(/.{60}/g, "$&\n"))
    const path = file(name, packed.subarray(0, packed.length - 5_000))
    await expect(run(target(), [path])).rejects.toThrow(/unexpected end/)
  }
)

it("reads JSON lines that begin with a byte order mark", async () => {
  const lines = '\uFEFF{"order_id":"1","product_id":"A","ts":"2009-12-01"}\n'
  const mapping = readMapping("order_id=order_id,product_id=product_id,ts=ts")
  expect(await run(target(), [file("lines.jsonl", lines)], { mapping })).toMatchObject({
    rows: 1,
    rejected: 0,
  })
})

it("says when refused rows can't be written", async () => {
  const rejectedFile = join(folder, "none", "rejected.jsonl")
  await expect(run(target(), [file("lines.csv", CSV)], { rejectedFile })).rejects.toThrow(
    /--rejected: .*none.rejected.jsonl: ENOENT/
  )
})

it("names what is wrong with a mapping", () => {
  expect(() => readMapping("ts")).toThrow(/field=column/)
  expect(() => readMapping("time=Date")).toThrow(/--map/)
  expect(() => readMapping(join(folder, "none.json"))).toThrow(/cannot read/)
  expect(readMapping(file("map.json", '{"ts":"Date"}'))).toEqual({ ts: "Date" })
  expect(readMapping(undefined).ts).toBe("ts")
})

it.each([
  ["2009-12-01 07:45:00", "2009-12-01T07:45:00Z"],
  ["2009-12-01 07:45", "2009-12-01T07:45:00Z"],
  ["2009/12/01 07:45", "2009-12-01T07:45:00Z"],
  ["2009-12-01", "2009-12-01T00:00:00Z"],
  ["2009-12-01T07:45:00+02:00", "2009-12-01T05:45:00Z"],
  ["1259653500", "2009-12-01T07:45:00Z"],
  ["1259653500000", "2009-12-01T07:45:00Z"],
])("reads the time %s", (text, expected) => {
  expect(new Date(timeOf(text)!).toISOString()).toBe(new Date(expected).toISOString())
})

it.each([
  ["United Kingdom", "GB"],
  ["EIRE", "IE"],
  ["USA", "US"],
  ["de", "DE"],
  ["Czech Republic", "CZ"],
  ["Germany", "DE"],
  ["Unspecified", undefined],
])("knows the country %s", (text, code) => expect(countryCode(text)).toBe(code))
