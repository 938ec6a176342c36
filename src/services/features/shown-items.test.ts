import { MemoryFeatureStore } from "../../adapters/memory"
import { shopEvent } from "../testing/events"
import { TestCatalog, product } from "../testing/planted-shop"
import type { ShopEvent } from "../events"
import { FeatureUpdater, ItemTallies, profileKeys, readShopper } from "."

const T = Date.UTC(2026, 0, 15)
const WEEK = 7 * 86_400_000

const event = (type: string, products: string[], changes: Partial<ShopEvent> = {}) =>
  shopEvent({
    type,
    ts: T,
    visitor_id: "v",
    placement: "home-for-you",
    items: products.map((product_id) => ({ product_id })),
    ...changes,
  })

function setUp() {
  const store = new MemoryFeatureStore()
  const catalog = new TestCatalog(["a", "b", "c"].map((id) => product(id, "x")))
  const updater = new FeatureUpdater({ store, catalog })
  const shownTo = async (who: { visitorId?: string; customerId?: string }, now = T) =>
    Object.fromEntries(readShopper(await store.getMany(profileKeys(who)), who, now).shown)
  return {
    store,
    catalog,
    updater,
    shownTo,
    apply: (...events: ShopEvent[]) => updater.apply(events.map((one) => ({ event: one }))),
  }
}

describe("what recommendations have shown a shopper", () => {
  it("is counted by product, half after a week, and begins anew when they care for it", async () => {
    const { apply, shownTo } = setUp()
    await apply(event("rec_impression", ["a", "b"]), event("rec_impression", ["a"]))
    expect(await shownTo({ visitorId: "v" })).toEqual({ a: 2, b: 1 })
    expect(await shownTo({ visitorId: "v" }, T + WEEK)).toEqual({ a: 1, b: 0.5 })
    await apply(event("select_item", ["a"]), event("rec_impression", ["a"]), event("view_item", ["b"]))
    expect(await shownTo({ visitorId: "v" })).toEqual({ a: 1 })
  })

  it("goes with the visitor to the customer, and is gone with the profile", async () => {
    const { apply, shownTo, store } = setUp()
    const customer = { customer_id: "c" }
    await apply(
      event("rec_impression", ["a"]),
      event("rec_impression", ["a", "b"], { visitor_id: "w", ...customer })
    )
    await apply(event("login", [], customer))
    expect(await shownTo({ customerId: "c" })).toEqual({ a: 2, b: 1 })
    await apply(event("forget", [], customer))
    expect(await shownTo({ visitorId: "v", customerId: "c" })).toEqual({})
    expect([...(await store.getMany(["shopper:customer:c", "shopper:visitor:v"]))]).toEqual([])
  })

  it("keeps the hundred products shown most", async () => {
    const { apply, shownTo } = setUp()
    const many = Array.from({ length: 150 }, (_, i) => `p${i}`)
    await apply(
      event("rec_impression", ["often"]),
      event("rec_impression", ["often"]),
      event("rec_impression", many)
    )
    const shown = await shownTo({ visitorId: "v" })
    expect(Object.keys(shown)).toHaveLength(100)
    expect(shown.often).toBe(2)
  })
})

describe("ItemTallies", () => {
  it("says how often a product was shown and clicked in all placements, once somebody asks", async () => {
    const { apply, store, catalog } = setUp()
    await apply(
      event("rec_impression", ["a", "b"]),
      event("rec_impression", ["a"], { placement: "trending" }),
      event("select_item", ["a"])
    )
    let needed = false
    const clock = { now: () => T }
    const tallies = new ItemTallies({ catalog, features: store, clock, needed: () => needed })
    await tallies.refresh()
    expect(tallies.of("a")).toEqual({ shown: 0, clicked: 0 })
    needed = true
    await tallies.refresh()
    expect(tallies.of("a")).toEqual({ shown: 2, clicked: 1 })
    expect(tallies.of("b")).toEqual({ shown: 1, clicked: 0 })
    expect(tallies.of("unknown")).toEqual({ shown: 0, clicked: 0 })
  })

  it("goes on with what it knows when the store fails, and counts that", async () => {
    const { apply, store, catalog } = setUp()
    await apply(event("rec_impression", ["a"]))
    let down = false
    const counted: string[] = []
    const tallies = new ItemTallies({
      catalog,
      features: {
        getMany: (keys) => (down ? Promise.reject(new Error("down")) : store.getMany(keys)),
      },
      clock: { now: () => T },
      needed: () => true,
      metrics: { count: (name) => void counted.push(name), observe: () => {}, gauge: () => {} },
    })
    await tallies.refresh()
    down = true
    await tallies.refresh()
    expect(tallies.of("a").shown).toBe(1)
    expect(counted).toEqual(["item_tally_failures_total"])
  })
})
