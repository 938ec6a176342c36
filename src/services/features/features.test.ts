import fc from "fast-check"
import { shopEvent } from "../testing/events"
import { addDecayed, days, mergeDecayed, valueAt } from "./decay"
import { categoryAffinity } from "./definitions/category-affinity"
import { eventCounts } from "./definitions/event-counts"
import { itemCtr } from "./definitions/item-ctr"
import { itemPopularity } from "./definitions/item-popularity"
import { popularNow } from "./definitions/popular-now"
import { recentItems, recentPurchases } from "./definitions/recent-items"
import { sessionItems } from "./definitions/session-items"
import type { Feature } from "./feature"
import { readPopularNow } from "./read-features"
import { FEATURES } from "./registry"
import type { ShopEvent } from "../events"

const T = Date.UTC(2026, 0, 15)
const categories = new Map([
  ["cup", ["kitchen"]],
  ["lamp", ["light", "home"]],
  ["rug", ["home"]],
  ["constructor", ["constructor", "__proto__"]],
])
const lookups = { categoriesOf: (id: string) => categories.get(id) ?? [] }

const event = (type: string, product: string | string[], changes: Partial<ShopEvent> = {}) =>
  shopEvent({ type, ts: T, items: [product].flat().map((product_id) => ({ product_id })), ...changes })

function fold<S, V>(feature: Feature<S, V>, events: ShopEvent[], id = "x"): S {
  return events.reduce((state, one) => feature.update(state, one, id, lookups), feature.initial)
}

describe("decay", () => {
  it("halves in a half-life, whatever the order of arrival", () => {
    const parts = [T, T + days(7), T + days(14)]
    const sum = (order: number[]) =>
      order.reduce<ReturnType<typeof addDecayed> | undefined>(
        (s, ts) => addDecayed(s, 4, ts, days(7)),
        undefined
      )
    for (const order of [parts, [...parts].reverse(), [parts[1], parts[2], parts[0]]])
      expect(valueAt(sum(order), T + days(14), days(7))).toBeCloseTo(4 + 2 + 1, 10)
    expect(valueAt(undefined, T, days(7))).toBe(0)
  })

  it("merges as if all had been added to one", () => {
    const a = addDecayed(addDecayed(undefined, 1, T, 1000), 1, T + 500, 1000)
    const b = addDecayed(undefined, 3, T + 250, 1000)
    const all = addDecayed(a, 3, T + 250, 1000)
    expect(valueAt(mergeDecayed(a, b, 1000), T + 900, 1000)).toBeCloseTo(valueAt(all, T + 900, 1000), 10)
    expect(valueAt(mergeDecayed(b, a, 1000), T + 900, 1000)).toBeCloseTo(valueAt(all, T + 900, 1000), 10)
  })
})

describe("recent items", () => {
  it("are the newest 50 of product and type, oldest first", () => {
    const events = Array.from({ length: 60 }, (_, i) => event("view_item", `p${i}`, { ts: T + i }))
    const state = fold(recentItems, [...events, event("view_item", "p30", { ts: T + 100 })])
    expect(state).toHaveLength(50)
    expect(state[0].productId).toBe("p10")
    expect(state.at(-1)).toEqual({ productId: "p30", type: "view_item", ts: T + 100 })
  })

  it("hold what was said last of a product, ratings by what they say", () => {
    const rated = (rating: number, ts: number) => event("rating", "cup", { ts, properties: { rating } })
    const said = (...events: ReturnType<typeof event>[]) =>
      fold(recentItems, [event("view_item", "cup", { ts: T - 1 }), ...events]).map(({ type }) => type)
    expect(said(event("dislike", "cup"), rated(5, T + 1))).toEqual(["view_item", "like"])
    expect(said(event("like", "cup"), event("not_interested", "cup", { ts: T + 1 }))).toEqual([
      "view_item",
      "not_interested",
    ])
    expect(said(rated(2, T))).toEqual(["view_item", "dislike"])
    // Told late: what was said after it stands.
    expect(said(rated(1, T + 5), event("like", "cup"))).toEqual(["view_item", "dislike"])
  })

  it("keep purchases apart, so that browsing does not push them out", () => {
    expect(recentItems.events).not.toContain("purchase")
    expect(fold(recentPurchases, [event("purchase", ["cup", "rug"])])).toHaveLength(2)
  })

  it("merge to the same whichever comes first", () => {
    const a = fold(recentItems, [
      event("view_item", "cup", { ts: T }),
      event("view_item", "rug", { ts: T + 2 }),
    ])
    const b = fold(recentItems, [event("view_item", "cup", { ts: T + 1 })])
    const expected = ["cup", "rug"]
    expect(recentItems.merge!(a, b).map((item) => item.productId)).toEqual(expected)
    expect(recentItems.merge!(b, a)).toEqual(recentItems.merge!(a, b))
  })
})

it("counts events by type with a half-life of a week", () => {
  const state = fold(eventCounts, [
    event("view_item", "a"),
    event("view_item", "b", { ts: T + days(7) }),
    event("search", []),
  ])
  const counts = eventCounts.read(state, T + days(7))
  expect(counts.view_item).toBeCloseTo(1.5, 10)
  expect(counts.search).toBeCloseTo(0.5, 10)
})

describe("category affinity", () => {
  /** Each product is a category. */
  const itself = { categoriesOf: (id: string) => [id] }
  const idsOf = ([ids]: typeof categoryAffinity.initial) => ids

  it("weighs by what was done, and the most liked has 1", () => {
    const state = fold(categoryAffinity, [event("view_item", "cup"), event("add_to_cart", "rug")])
    const read = categoryAffinity.read(state, T)
    expect(read.get("home")).toBe(1)
    expect(read.get("kitchen")).toBeCloseTo(1 / 3, 10)
  })

  it("leaves out what is disliked, and is empty without knowledge", () => {
    const state = fold(categoryAffinity, [
      event("view_item", "cup"),
      event("dislike", "rug"),
      event("rating", "lamp", { properties: { rating: 1 } }),
    ])
    expect([...categoryAffinity.read(state, T).keys()]).toEqual(["kitchen"])
    expect(categoryAffinity.read(fold(categoryAffinity, [event("view_item", "unknown")]), T).size).toBe(0)
  })

  it("forgets half in two weeks, and the weakest of more than 100", () => {
    const old = fold(categoryAffinity, [
      event("view_item", "cup"),
      event("view_item", "rug", { ts: T + days(14) }),
    ])
    expect(categoryAffinity.read(old, T + days(14)).get("kitchen")).toBeCloseTo(0.5, 10)
    let state = categoryAffinity.initial
    for (let i = 0; i < 150; i++)
      state = categoryAffinity.update(state, event("view_item", `c${i}`, { ts: T + i * 1_000 }), "x", itself)
    expect(idsOf(state)).toEqual(Array.from({ length: 100 }, (_, i) => `c${50 + i}`))
  })

  it("keeps those that are liked best, whenever that was said, and of those alike as many as there is room for", () => {
    let state = categoryAffinity.update(categoryAffinity.initial, event("dislike", "hated"), "x", itself)
    for (let i = 0; i < 120; i++) {
      const type = i === 40 ? "purchase" : "view_item"
      state = categoryAffinity.update(state, event(type, `c${i}`), "x", itself)
    }
    // A like takes back what a dislike said: 0 says least of all.
    state = categoryAffinity.update(state, event("like", "hated"), "x", itself)
    expect(idsOf(state)).toHaveLength(100)
    expect(idsOf(state)).toContain("c40")
    state = categoryAffinity.update(state, event("view_item", "new", { ts: T + 1 }), "x", itself)
    expect(idsOf(state)).toHaveLength(100)
    expect(idsOf(state)).toContain("new")
    expect(idsOf(state)).not.toContain("hated")
  })

  it("merges the parts of both before the weakest go", () => {
    const of = (ids: string[]) =>
      ids.reduce(
        (state, id, i) => categoryAffinity.update(state, event("view_item", id, { ts: T + i }), "x", itself),
        categoryAffinity.initial
      )
    const [first, second] = ["a", "b"].map((letter) => Array.from({ length: 60 }, (_, i) => `${letter}${i}`))
    const merged = categoryAffinity.merge!(of(["both", ...first]), of([...second, "both"]))
    expect(idsOf(merged)).toHaveLength(100)
    expect(categoryAffinity.read(merged, T).get("both")).toBe(1)
  })

  it("reads and goes on with a state as it was kept at first", () => {
    const former = { home: [3, T], kitchen: [1, T] } as unknown as typeof categoryAffinity.initial
    expect(Object.fromEntries(categoryAffinity.read(former, T))).toEqual({ home: 1, kitchen: 1 / 3 })
    const state = categoryAffinity.update(former, event("view_item", "cup"), "x", lookups)
    expect(categoryAffinity.read(state, T).get("kitchen")).toBeCloseTo(2 / 3, 10)
    expect(idsOf(categoryAffinity.merge!(categoryAffinity.initial, former))).toEqual(["home", "kitchen"])
  })

  it("finds its own in what an earlier release has made of it", () => {
    const state = fold(categoryAffinity, [event("view_item", "cup"), event("add_to_cart", "rug")])
    const spread = { ...state, light: [1, T] } as unknown as typeof categoryAffinity.initial
    const read = categoryAffinity.read(spread, T)
    expect(Object.fromEntries(read)).toEqual({ home: 1, kitchen: 1 / 3, light: 1 / 3 })
  })
})

describe("session items", () => {
  it("are in order of attention, without immediate repetition and without what is disliked", () => {
    const state = fold(sessionItems, [
      event("view_item", "cup"),
      event("view_item", "cup"),
      event("view_item", "rug"),
      event("add_to_cart", "cup"),
      event("dislike", "rug"),
    ])
    expect(sessionItems.read(state, T)).toEqual(["cup", "cup"])
  })

  it("begin anew after half an hour of silence", () => {
    const later = T + 31 * 60_000
    const state = fold(sessionItems, [event("view_item", "cup"), event("view_item", "rug", { ts: later })])
    expect(sessionItems.read(state, later)).toEqual(["rug"])
    expect(sessionItems.read(state, later + 31 * 60_000)).toEqual([])
  })

  it("take nothing that is told late from a session that is over", () => {
    const later = T + 31 * 60_000
    const state = fold(sessionItems, [event("view_item", "rug", { ts: later }), event("view_item", "cup")])
    expect(sessionItems.read(state, later)).toEqual(["rug"])
  })
})

it("keeps an item's popularity by kind", () => {
  const state = fold(itemPopularity, [
    event("view_item", "a"),
    event("view_item", "a"),
    event("purchase", "a"),
  ])
  expect(itemPopularity.read(state, T + days(7))).toEqual({ views: 1, carts: 0, purchases: 0.5 })
})

describe("click-through rate", () => {
  const shown = (n: number) =>
    Array.from({ length: n }, () => event("rec_impression", "a", { placement: "home" }))
  const clicked = (n: number) =>
    Array.from({ length: n }, () => event("select_item", "a", { placement: "home" }))
  const rate = (events: ShopEvent[]) => itemCtr.read(fold(itemCtr, events, "a"), T).home

  it("is drawn towards 5 % while little is known", () => {
    expect(rate(shown(1))).toBeCloseTo(1 / 21, 10)
    expect(rate([...shown(80), ...clicked(24)])).toBeCloseTo(25 / 100, 10)
  })

  it("never exceeds 1, and takes no ordinary click", () => {
    expect(rate(clicked(1_000))).toBeLessThan(1)
    expect(itemCtr.read(fold(itemCtr, [event("select_item", "a")], "a"), T)).toEqual({})
  })

  it("ignores placements without end", () => {
    const many = Array.from({ length: 80 }, (_, i) => event("rec_impression", "a", { placement: `p${i}` }))
    expect(Object.keys(fold(itemCtr, many, "a"))).toHaveLength(50)
  })

  it("is kept per placement, the item's own first", () => {
    const items = [{ product_id: "a", placement: "pdp" }]
    const state = fold(itemCtr, [event("rec_impression", [], { placement: "home", items })], "a")
    expect(Object.keys(itemCtr.read(state, T))).toEqual(["pdp"])
  })
})

describe("popular now", () => {
  const ids = (state: typeof popularNow.initial, now = T) => popularNow.read(state, now).map(({ id }) => id)

  it("orders by weight and freshness; the best has 1", () => {
    const state = fold(popularNow, [
      event("view_item", "a"),
      event("view_item", "a"),
      event("purchase", "b"),
      event("view_item", "c", { ts: T + days(9) }),
    ])
    const read = popularNow.read(state, T)
    expect(read.map(({ id }) => id)).toEqual(["c", "b", "a"])
    expect(read[0].score).toBe(1)
    expect(read[1].score).toBeCloseTo(6 / 8, 10)
    expect(read[2].score).toBeCloseTo(2 / 8, 10)
  })

  it("still has an order when all of it is decades old", () => {
    const ts = Date.UTC(1999, 0, 1)
    expect(ids(fold(popularNow, [event("view_item", "a", { ts }), event("purchase", "b", { ts })]))).toEqual([
      "b",
      "a",
    ])
    expect(ids(popularNow.initial)).toEqual([])
  })

  it("follows every event in the order, in a country and in the whole shop", () => {
    const [all, gb] = ["global:all", "global:country:GB"] as const
    const local = fold(
      popularNow,
      ["a", "b", "c", "d", "e"].map((id) => event("view_item", id))
    )
    let shop = fold(popularNow, [event("purchase", "x"), event("view_item", "y")])
    const read = (here = local) =>
      readPopularNow(
        new Map([
          [all, { popular_now: shop }],
          [gb, { popular_now: here }],
        ]),
        "GB",
        T
      )
    expect(read().map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e", "x", "y"])
    expect(read()).toBe(read())
    const before = shop
    shop = popularNow.update(shop, event("purchase", "z"), "all", lookups)
    expect(read().map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e", "x", "z", "y"])
    const loved = popularNow.update(local, event("purchase", "e"), "country:GB", lookups)
    expect(read(loved)[0].id).toBe("e")
    shop = before
    expect(read().map(({ id }) => id)).toEqual(["a", "b", "c", "d", "e", "x", "y"])
  })

  it("misses nothing popular although it holds 300", () => {
    const noise = Array.from({ length: 2_000 }, (_, i) => event("view_item", `n${i}`))
    const events = noise.flatMap((one, i) => (i % 10 === 0 ? [one, event("view_item", "hit")] : [one]))
    const state = fold(popularNow, events)
    expect(state.ids).toHaveLength(300)
    expect(ids(state)[0]).toBe("hit")
  })

  it("is kept for the shop and for the event's country", () => {
    expect(popularNow.keys!(event("view_item", "a", { context: { country: "GB" } }))).toEqual([
      "all",
      "country:GB",
    ])
    expect(popularNow.keys!(event("view_item", "a"))).toEqual(["all"])
  })
})

describe("every feature", () => {
  const frozen = (value: unknown): unknown => {
    if (value && typeof value === "object") {
      Object.values(value).forEach(frozen)
      Object.freeze(value)
    }
    return value
  }

  it.each(FEATURES.map((feature) => [feature.name, feature] as const))(
    "%s changes no state it is given, and keeps plain JSON",
    (_name, feature) => {
      const events = fc.array(
        fc.record({
          type: fc.constantFrom(...feature.events),
          product: fc.constantFrom("cup", "lamp", "rug", "__proto__", "constructor"),
          ts: fc.integer({ min: 0, max: T }),
        }),
        { maxLength: 30 }
      )
      fc.assert(
        fc.property(events, (sequence) => {
          let state = frozen(feature.initial)
          for (const { type, product, ts } of sequence) {
            const one = event(type, product, { ts, placement: product })
            state = frozen(feature.update(state, one, product, lookups))
            expect(JSON.parse(JSON.stringify(state))).toEqual(state)
          }
          feature.read(state, T)
        }),
        { numRuns: 100, seed: 1 }
      )
    }
  )
})
