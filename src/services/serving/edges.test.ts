import { MemoryExposureStore, MemoryPlacementStore } from "../../adapters/memory"
import fc from "fast-check"
import type { ZodType } from "zod"
import { noMetrics, parse, silentLogger, type PersonalizationError } from "../lib"
import { ExposureWriter } from "./exposure-writer"
import { PlacementBook } from "./placement-book"
import { PLACEMENTS } from "./placements"
import type { Placement } from "./placement"
import type { Exposure } from "./recommendation"
import { recommendationBodySchema, recommendationQuerySchema } from "./recommendation-schema"

const exposure = (requestId: string): Exposure => ({
  requestId,
  ts: 0,
  placement: "trending",
  featureNames: [],
  slots: [],
  context: {},
})

describe("ExposureWriter", () => {
  function setUp(extra = {}) {
    const store = new MemoryExposureStore()
    const dropped: number[] = []
    const metrics = {
      ...noMetrics,
      count: (name: string, _: unknown, by = 1) =>
        void (name === "exposures_dropped_total" && dropped.push(by)),
    }
    const writer = new ExposureWriter({ store, metrics, logger: silentLogger, ...extra })
    return { store, writer, dropped, record: jest.spyOn(store, "record") }
  }

  it("writes in batches, off the path, and the rest at the stop", async () => {
    const { writer, store, record } = setUp({ batchSize: 2 })
    for (const id of ["1", "2", "3"]) writer.write(exposure(id))
    expect(record).not.toHaveBeenCalled()
    await writer.stop()
    expect(record.mock.calls.map(([batch]) => batch.length)).toEqual([2, 1])
    expect(await store.get("3")).toBeDefined()
  })

  it("keeps what the store refuses, in order, and says at the stop what is lost", async () => {
    const { writer, store, record, dropped } = setUp()
    record.mockRejectedValueOnce(new Error("down"))
    writer.write(exposure("1"))
    await writer.flush()
    writer.write(exposure("2"))
    await writer.flush()
    expect([await store.get("1"), await store.get("2")]).not.toContain(undefined)
    expect(writer.depth).toBe(0)
    record.mockRejectedValue(new Error("down"))
    writer.write(exposure("3"))
    await writer.stop()
    expect(dropped).toEqual([1])
  })

  it("discards what waits of one shopper, after the write under way", async () => {
    const { writer, store, record } = setUp({ batchSize: 2 })
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    record.mockImplementationOnce(async (batch) => {
      await held
      // As a store that has lost its connection: the batch stays in the buffer.
      throw new Error(`no room for ${batch.length}`)
    })
    writer.write({ ...exposure("1"), visitorId: "v1" })
    writer.write(exposure("2"))
    writer.write({ ...exposure("3"), subject: "customer:c1", visitorId: "v9" })
    writer.write({ ...exposure("4"), visitorId: "v2" })
    const flushed = writer.flush()
    let discarded = false
    const discard = writer.discard({ visitorIds: ["v1"], customerId: "c1" }).then(() => (discarded = true))
    await new Promise((resolve) => setImmediate(resolve))
    expect(discarded).toBe(false)
    release()
    await Promise.all([flushed, discard])
    expect(writer.depth).toBe(2)
    await writer.flush()
    const stored = await Promise.all(["1", "2", "3", "4"].map((id) => store.get(id)))
    expect(stored.map((held) => held?.requestId)).toEqual([undefined, "2", undefined, "4"])
  })

  it("never holds more than its capacity", () => {
    const { writer, dropped } = setUp({ capacity: 2 })
    for (const id of ["1", "2", "3"]) writer.write(exposure(id))
    expect(writer.depth).toBe(2)
    expect(dropped).toEqual([1])
  })
})

describe("PlacementBook", () => {
  function setUp() {
    const store = new MemoryPlacementStore()
    const warned: string[] = []
    const logger = { ...silentLogger, warn: (text: string) => void warned.push(text) }
    return { store, warned, book: new PlacementBook({ store, metrics: noMetrics, logger }) }
  }
  const shipped = PLACEMENTS[0]

  it("lets a row override a shipped placement and add another", async () => {
    const { store, book } = setUp()
    await store.put({ ...shipped, title: "Just for you" })
    await store.put({ ...shipped, name: "footer", limit: 3 })
    await book.refresh()
    expect(book.get(shipped.name)?.title).toBe("Just for you")
    expect(book.names()).toEqual([...PLACEMENTS.map(({ name }) => name), "footer"])
    await store.remove(shipped.name)
    await book.refresh()
    expect(book.get(shipped.name)?.title).toBe(shipped.title)
  })

  it("leaves an invalid row out and says once what is wrong with it", async () => {
    const { store, book, warned } = setUp()
    await store.put({ ...shipped, sources: { "crystal-ball": 1 } } as Placement)
    await book.refresh()
    await book.refresh()
    expect(book.get(shipped.name)).toEqual(shipped)
    expect(warned).toHaveLength(1)
    expect(warned[0]).toContain("crystal-ball")
  })

  it("goes on with the last known ones when the store fails", async () => {
    const { store, book } = setUp()
    await store.put({ ...shipped, name: "footer" })
    await book.refresh()
    jest.spyOn(store, "list").mockRejectedValue(new Error("down"))
    await book.refresh()
    expect(book.get("footer")).toBeDefined()
  })

  it("ships placements that its own schema accepts", async () => {
    const { store, book, warned } = setUp()
    for (const placement of PLACEMENTS) await store.put(placement)
    await book.refresh()
    expect(warned).toEqual([])
  })
})

describe("the recommendation routes' schemas", () => {
  const query = recommendationQuerySchema(50)
  const body = recommendationBodySchema(50)

  it("reads a query", () => {
    const input = {
      placement: "pdp-similar",
      product_id: "p",
      limit: "8",
      exclude: "a, b,",
      currency_code: "EUR",
      country_code: "pt",
    }
    expect(parse(query, input)).toEqual({
      placement: "pdp-similar",
      product_id: "p",
      limit: 8,
      exclude: ["a", "b"],
      currency_code: "eur",
      country_code: "PT",
    })
  })

  it.each([
    ["placement", {}],
    ["placement", { placement: ["a", "b"] }],
    ["placement", { placement: "a\u0000" }],
    ["placement", { placement: "x".repeat(201) }],
    ["limit", { placement: "a", limit: "0" }],
    ["limit", { placement: "a", limit: "51" }],
    ["limit", { placement: "a", limit: "-1" }],
    ["limit", { placement: "a", limit: "1e1" }],
    ["product_id", { placement: "a", product_id: "" }],
    ["exclude", { placement: "a", exclude: Array.from({ length: 201 }, (_, i) => i).join(",") }],
    ["currency_code", { placement: "a", currency_code: "euro" }],
    ["country_code", { placement: "a", country_code: "PRT" }],
    ["colour", { placement: "a", colour: "red" }],
  ])("names the wrong field of a query: %s", (field, input) => {
    expect(() => parse(query, input)).toThrow(field)
  })

  it.each([
    ["placements", {}],
    ["placements", { placements: [] }],
    ["placements", { placements: Array.from({ length: 13 }, () => ({ placement: "a" })) }],
    ["placements.0.limit", { placements: [{ placement: "a", limit: 0 }] }],
    ["placements.1.placement", { placements: [{ placement: "a" }, {}] }],
    ["exclude.0", { placements: [{ placement: "a" }], exclude: [1] }],
  ])("names the wrong field of a body: %s", (field, input) => {
    expect(() => parse(body, input)).toThrow(field)
  })

  it.each([
    ["query", query],
    ["body", body],
  ])("refuses what is malformed with the fields' names, and nothing else: %s", (_, schema) => {
    const shaped = fc.record(
      {
        placement: fc.anything(),
        limit: fc.anything(),
        exclude: fc.anything(),
        placements: fc.array(fc.anything()),
      },
      { requiredKeys: [] }
    )
    fc.assert(
      fc.property(fc.oneof(fc.anything(), shaped), (input) => {
        try {
          parse<ZodType>(schema, input)
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_input" })
          expect((error as PersonalizationError).fields.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 1_000, seed: 1 }
    )
  })
})
