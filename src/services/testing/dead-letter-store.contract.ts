import type { DeadLetterStore } from "../events"
import { shopEvent } from "./events"

/** What every DeadLetterStore must do. */
export function deadLetterStoreContract(
  name: string,
  make: () => Promise<{ store: DeadLetterStore; close(): Promise<void> }>
): void {
  describe(`DeadLetterStore: ${name}`, () => {
    let store: DeadLetterStore
    let close: () => Promise<void>
    beforeEach(async () => {
      ;({ store, close } = await make())
    })
    afterEach(() => close())

    const letter = (origin: string, group = "features", error = "boom") => ({
      group,
      origin,
      event: shopEvent({ ts: 0 }),
      error,
    })
    const origins = async (query: Parameters<DeadLetterStore["list"]>[0]) =>
      (await store.list(query)).map(({ origin }) => origin)

    it("lists the newest first, a page at a time, by group", async () => {
      await store.add([letter("0:1"), letter("0:2", "archive"), letter("0:3")])
      await store.add([])
      expect(await origins({ limit: 10 })).toEqual(["0:3", "0:2", "0:1"])
      const [newest] = await store.list({ limit: 1 })
      expect(await origins({ limit: 10, before: newest.id })).toEqual(["0:2", "0:1"])
      expect(await origins({ limit: 10, group: "archive" })).toEqual(["0:2"])
    })

    it("gives a letter back as it was", async () => {
      const sent = letter("3:17")
      const began = Date.now()
      await store.add([sent])
      const [{ id, buriedAt, ...found }] = await store.list({ limit: 1 })
      expect(found).toEqual(JSON.parse(JSON.stringify(sent)))
      expect(Math.abs(buriedAt - began)).toBeLessThan(3_600_000)
      expect((await store.get([id, "999999"])).map((one) => one.origin)).toEqual(["3:17"])
      expect(await store.get([])).toEqual([])
    })

    it("takes what nobody else could store", async () => {
      const event = { ...shopEvent({ ts: 0 }), properties: { query: "a\u0000b\ud800c 😀" } }
      await store.add([
        { ...letter("0:1"), event, error: "bad \u0000" },
        { ...letter("0:2"), event: undefined },
      ])
      const [, { event: kept, error }] = await store.list({ limit: 2 })
      expect((kept as typeof event).properties.query).toMatch(/^a.b.c 😀$/)
      expect(error).toMatch(/^bad ./)
    })

    it("keeps one letter of an event and a group", async () => {
      await store.add([letter("0:1", "features", "first")])
      await store.add([letter("0:1", "features", "second"), letter("0:1", "archive")])
      const letters = await store.list({ limit: 10, group: "features" })
      expect(letters.map(({ error }) => error)).toEqual(["second"])
      expect(await store.list({ limit: 10 })).toHaveLength(2)
    })

    it("removes, and keeps the newest of a group", async () => {
      await store.add(["1", "2", "3", "4"].map((origin) => letter(origin, "ingest")))
      await store.add([letter("5")])
      await store.trim("ingest", 2)
      expect(await origins({ limit: 10 })).toEqual(["5", "4", "3"])
      const [newest] = await store.list({ limit: 1 })
      expect(await store.remove([newest.id, "999999"])).toBe(1)
      expect(await store.remove([])).toBe(0)
      expect(await origins({ limit: 10 })).toEqual(["4", "3"])
      await store.trim("ingest", 0)
      expect(await origins({ limit: 10 })).toEqual([])
    })
  })
}
