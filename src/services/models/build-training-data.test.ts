import type { LoggedEvent, ShopEvent } from "../events"
import { wordProduct } from "../testing/training-fixture"
import { buildTrainingData, type TrainingDataOptions } from "./build-training-data"

const GRANTED = { analytics: true, personalization: true, experimentation: true, model_training: true }
const MINUTE = 60_000
const START = Date.UTC(2026, 0, 1)
let counter = 0

/** An event at a minute; `ids` are its products. */
function event(minute: number, ids: string, over: Partial<ShopEvent> = {}): ShopEvent {
  return {
    event_id: `e${counter++}`,
    type: "view_item",
    ts: START + minute * MINUTE,
    visitor_id: "v1",
    consent: GRANTED,
    context: {},
    items: [...ids].map((product_id) => ({ product_id })),
    ...over,
  }
}

async function* batches(events: ShopEvent[]): AsyncGenerator<readonly LoggedEvent[]> {
  for (let i = 0; i < events.length; i += 2) {
    yield events.slice(i, i + 2).map((event, j) => ({ offset: String(i + j), event }))
  }
}

const build = (events: ShopEvent[], options?: TrainingDataOptions) =>
  buildTrainingData(batches(events), [wordProduct("a", "A")], options)

/** Sessions as strings of item ids. */
async function sessionsOf(events: ShopEvent[], options?: TrainingDataOptions): Promise<string[]> {
  const { interactions } = await build(events, options)
  const { sessionStart, item, itemIds } = interactions
  return Array.from({ length: sessionStart.length - 1 }, (_, s) =>
    Array.from(item.subarray(sessionStart[s], sessionStart[s + 1]), (number) => itemIds[number]).join("")
  )
}

describe("buildTrainingData", () => {
  it("is empty for no events", async () => {
    const { interactions, baskets, asOf } = await build([])
    expect(interactions.item).toHaveLength(0)
    expect([...interactions.sessionStart]).toEqual([0])
    expect([...baskets.start]).toEqual([0])
    expect(asOf).toBe(0)
  })

  it("takes views, carts and purchases, and no other type", async () => {
    const types = ["view_item", "add_to_cart", "purchase", "rec_impression", "search", "refund"]
    const { interactions } = await build(types.map((type, i) => event(i, "a", { type })))
    expect([...interactions.kind]).toEqual([0, 1, 2])
  })

  it("leaves out robots and people who did not agree to it", async () => {
    const without = { ...GRANTED, model_training: false }
    const unstored = { ...GRANTED, analytics: false }
    const events = [event(0, "a"), event(1, "b", { bot: true }), event(2, "c", { consent: without })]
    expect(await sessionsOf([...events, event(3, "d", { consent: unstored })])).toEqual(["a"])
  })

  it("follows session ids, whatever the pause and whoever it was", async () => {
    const events = [
      event(0, "a", { session_id: "s1" }),
      event(1, "x", { session_id: "s2", visitor_id: "v2" }),
      event(90, "b", { session_id: "s1", customer_id: "c1" }),
    ]
    expect(await sessionsOf(events)).toEqual(["x", "ab"])
  })

  it("begins a new session of a visitor after half an hour", async () => {
    const events = [
      event(0, "a"),
      event(30, "b"),
      event(61, "c"),
      event(62, "d"),
      event(63, "e", { visitor_id: "v2" }),
    ]
    expect(await sessionsOf(events)).toEqual(["ab", "cd", "e"])
    expect(await sessionsOf(events, { sessionGapMinutes: 40 })).toEqual(["abcd", "e"])
    // A single product says nothing of what goes on to what.
    expect(await sessionsOf(events.filter((_, i) => i !== 3))).toEqual(["abc", "e"])
  })

  it("orders rows by time within a session, and sessions by their end", async () => {
    const events = [event(10, "b"), event(5, "a"), event(7, "x", { visitor_id: "v2" })]
    expect(await sessionsOf(events)).toEqual(["x", "ab"])
  })

  it("gives an event of nobody a session of its own", async () => {
    const nobody = { visitor_id: undefined }
    const { interactions } = await build([event(0, "ab", nobody), event(1, "c", nobody)])
    expect([...interactions.session]).toEqual([0, 0, 1])
    expect([...interactions.user]).toEqual([-1, -1, -1])
  })

  it("gathers baskets by order, else by event, each item once", async () => {
    const order = { type: "purchase", properties: { order_id: "o1" } }
    const { interactions, baskets } = await build([
      event(0, "ab", order),
      event(1, "bc", order),
      event(2, "aa", { type: "purchase" }),
    ])
    const ids = Array.from(baskets.item, (item) => interactions.itemIds[item])
    expect([...baskets.start]).toEqual([0, 3, 4])
    expect(ids.join("")).toBe("abca")
    expect([...baskets.ts]).toEqual([START / 1000, START / 1000 + 120])
  })

  it("keeps country and device where events say them", async () => {
    const { interactions } = await build([
      event(0, "a", { context: { country: "DE", device: "tablet" } }),
      event(1, "b"),
    ])
    expect(interactions.countries).toEqual(["DE"])
    expect([...interactions.country!]).toEqual([0, -1])
    expect([...interactions.device!]).toEqual([2, 0])
    const plain = (await build([event(0, "a")])).interactions
    expect(plain.country).toBeUndefined()
    expect(plain.device).toBeUndefined()
  })

  it("forgets the oldest when there is too much", async () => {
    const events = Array.from({ length: 40 }, (_, i) => event(i, i < 30 ? "a" : "b"))
    const [session] = await sessionsOf(events, { maxInteractions: 16 })
    expect(session.length).toBeLessThanOrEqual(16)
    expect(session.endsWith("b".repeat(10))).toBe(true)
  })

  it("forgets with the oldest all that was theirs only", async () => {
    const events = Array.from({ length: 64 }, (_, i) =>
      event(i * 60, i % 2 === 0 ? "a" : "b", {
        type: "purchase",
        visitor_id: `v${i}`,
        session_id: `s${i}`,
        items: [{ product_id: `p${i}` }],
      })
    )
    const { interactions, baskets, notes } = await build(events, { maxInteractions: 16 })
    const rows = interactions.item.length
    expect(rows).toBeLessThanOrEqual(16)
    expect(rows).toBeGreaterThanOrEqual(14)
    const newest = events.slice(-rows)
    expect(interactions.itemIds).toEqual(newest.map(({ items }) => items[0].product_id))
    expect(interactions.userIds).toEqual(newest.map(({ visitor_id }) => `visitor:${visitor_id}`))
    expect(interactions.sessionStart).toHaveLength(rows + 1)
    expect(Array.from(baskets.item, (item) => interactions.itemIds[item])).toEqual(interactions.itemIds)
    expect(notes).toEqual([`left out: ${64 - rows} oldest interactions, for no more than 16 are held`])
  })

  it("goes on with a visitor's session after it has forgotten others", async () => {
    const old = Array.from({ length: 20 }, (_, i) => event(i, "x", { visitor_id: `old${i}` }))
    const events = [...old, event(20, "a"), event(21, "b"), event(40, "c"), event(41, "d")]
    expect((await sessionsOf(events, { maxInteractions: 8 })).at(-1)).toBe("abcd")
  })

  it("learns from the newest interactions of a shopper only, and says what it left out", async () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      event(i * 60, i < 28 ? "a" : "b", { type: "purchase", visitor_id: "robot" })
    )
    const others = [event(5, "c", { visitor_id: "v2" }), event(6, "d", { visitor_id: "v2" })]
    const { interactions, baskets, notes } = await build([...others, ...many], { maxPerShopper: 2 })
    expect(interactions.itemIds).toEqual(["c", "d", "b"])
    expect(interactions.item).toHaveLength(4)
    expect([...baskets.item]).toEqual([2, 2])
    expect(notes).toEqual(["left out: 28 interactions beyond the newest 2 of one shopper"])
  })

  it("bounds a session of nobody in the same way", async () => {
    const many = Array.from({ length: 30 }, (_, i) =>
      event(i, "a", { visitor_id: undefined, session_id: "s" })
    )
    expect(await sessionsOf(many, { maxPerShopper: 3 })).toEqual(["aaa"])
  })

  it("leaves out events of impossible times, of robots and of people who did not agree", async () => {
    const to = START + 60 * MINUTE
    const { interactions, asOf, notes } = await build(
      [
        event(0, "a"),
        event(1, "b", { ts: 8.64e15 }),
        event(2, "c", { ts: -1 }),
        event(3, "d", { ts: NaN }),
        event(4, "e", { bot: true }),
        event(5, "f", { consent: { ...GRANTED, model_training: false } }),
      ],
      { from: START, to }
    )
    expect(interactions.itemIds).toEqual(["a"])
    expect(asOf).toBe(START)
    expect(notes).toEqual([
      "left out: 1 events of robots",
      "left out: 1 events of shoppers who do not agree to `model_training`",
      "left out: 3 events whose time cannot be",
    ])
  })

  it("takes the newest event as now, unless told otherwise", async () => {
    expect((await build([event(3, "a")])).asOf).toBe(START + 3 * MINUTE)
    expect((await build([event(3, "a")], { asOf: 7 })).asOf).toBe(7)
  })
})
