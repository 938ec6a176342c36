import { MemoryEventLog, MemoryExposureStore, MemoryRankerStore } from "../../../adapters/memory"
import { ManualClock, noMetrics, silentLogger } from "../../lib"
import { FULL_CONSENT } from "../../privacy"
import type { ShopEvent } from "../../events"
import { shopEvent } from "../../testing/events"
import { LEARN_DEFAULTS, Outcomes, rankerDesk, RankerWeights, RankLearner } from "."

const MINUTE = 60_000
const START = 1_700_000_000_000

function setUp() {
  const clock = new ManualClock(START)
  const log = new MemoryEventLog()
  const exposures = new MemoryExposureStore()
  const store = new MemoryRankerStore(clock)
  const learnerOf = (owner: string) =>
    new RankLearner({
      history: log,
      lists: exposures,
      store,
      clock,
      metrics: noMetrics,
      logger: silentLogger,
      owner,
      pause: async () => {},
      options: { ...LEARN_DEFAULTS, windowMs: 10 * MINUTE, everyMs: 1_000 },
    })
  let lists = 0
  /** A list of two products, the first by source `one`, the second by source `two`; the second is clicked. */
  const show = async (over: Partial<ShopEvent> = {}, clicked = "b") => {
    const requestId = `r${lists++}`
    await exposures.record([
      {
        requestId,
        ts: clock.now(),
        placement: "home",
        featureNames: ["one", "two", "blend"],
        slots: [
          { productId: "a", score: 1, source: "one", propensity: 1, features: [1, 0, 0.5] },
          { productId: "b", score: 1, source: "two", propensity: 1, features: [0, 1, 0.5] },
        ],
        context: {},
        ...(over.visitor_id && { visitorId: over.visitor_id }),
      },
    ])
    const shared = { ts: clock.now(), placement: "home", request_id: requestId, consent: FULL_CONSENT }
    const items = ["a", "b"].map((product_id, position) => ({ product_id, position }))
    await log.append([
      shopEvent({ ...shared, type: "rec_impression", items, ...over }),
      shopEvent({ ...shared, type: "select_item", items: [{ product_id: clicked }], ...over }),
      shopEvent({ type: "view_item", ts: clock.now(), items: [{ product_id: clicked }] }),
    ])
    return requestId
  }
  return { clock, log, exposures, store, learnerOf, show }
}

it("learns from a list when its outcome is whole, and not before", async () => {
  const { clock, store, learnerOf, show } = setUp()
  const learner = learnerOf("one")
  await show()
  expect(await learner.turn()).toBe(0)
  clock.advance(5 * MINUTE)
  await show()
  clock.advance(6 * MINUTE)
  expect(await learner.turn()).toBe(1)
  clock.advance(6 * MINUTE)
  expect(await learner.turn()).toBe(1)
  expect(await learner.turn()).toBe(0)
  expect(await store.load()).toMatchObject({ lists: 2, taken: 2, revision: 2 })
})

it("makes lists by what it learned, in every process, once enough was taken", async () => {
  const { clock, store, learnerOf, show } = setUp()
  const weights = new RankerWeights({ store, logger: silentLogger, metrics: noMetrics, refreshMs: 1_000 })
  await weights.refresh()
  expect(weights.current()).toBeUndefined()
  for (let i = 0; i < 150; i++) await show()
  clock.advance(11 * MINUTE)
  expect(await learnerOf("one").turn()).toBe(150)
  await weights.refresh()
  expect(weights.current()!.weights.get("two")!).toBeGreaterThan(weights.current()!.weights.get("one")!)
})

it("goes on where a process that died had stored, without learning a list twice", async () => {
  const { clock, store, learnerOf, show } = setUp()
  const first = learnerOf("one")
  for (let i = 0; i < 5; i++) await show()
  clock.advance(9 * MINUTE)
  for (let i = 0; i < 3; i++) await show()
  clock.advance(2 * MINUTE)
  expect(await first.turn()).toBe(5)
  // Dies here, with three lists waiting.
  const second = learnerOf("two")
  expect(await second.turn()).toBe(0)
  clock.advance(9 * MINUTE)
  expect(await second.turn()).toBe(3)
  expect((await store.load())!.lists).toBe(8)
  expect(await first.turn()).toBe(0)
})

it("learns each list once, however its events lie between those of others, late ones and restarts", async () => {
  const { clock, log, store, learnerOf, show } = setUp()
  const first = learnerOf("one")
  const early = await show()
  clock.advance(5 * MINUTE)
  await show()
  const click = (request_id: string) =>
    log.append([
      shopEvent({
        ...{ type: "select_item", ts: clock.now(), consent: FULL_CONSENT, request_id },
        items: [{ product_id: "a" }],
      }),
    ])
  // Within the window of the early list, and behind the first event of the other one.
  await click(early)
  clock.advance(6 * MINUTE)
  expect(await first.turn()).toBe(1)
  // The early list's window is over.
  await click(early)
  clock.advance(120 * MINUTE)
  const second = learnerOf("two")
  expect(await second.turn()).toBe(1)
  await click(early)
  clock.advance(30 * MINUTE)
  expect(await second.turn()).toBe(0)
  expect((await store.load())!.lists).toBe(2)
})

it("takes up a state that was stored meanwhile, as by a reset, and learns on from there", async () => {
  const { clock, store, learnerOf, show } = setUp()
  const learner = learnerOf("one")
  await show()
  clock.advance(11 * MINUTE)
  await learner.turn()
  const state = (await store.load())!
  await store.save({ ...state, revision: state.revision + 1, lists: 0, taken: 0 })
  await show()
  clock.advance(11 * MINUTE)
  expect(await learner.turn()).toBe(1)
  expect(await store.load()).toMatchObject({ lists: 1, revision: 3 })
})

it("passes over robots, shoppers who do not want to be learned from, and lists that were erased", async () => {
  const { clock, exposures, store, learnerOf, show } = setUp()
  await show({ bot: true })
  await show({ consent: { ...FULL_CONSENT, model_training: false } })
  await show({ visitor_id: "gone" })
  await show()
  await exposures.erase({ visitorIds: ["gone"] })
  clock.advance(11 * MINUTE)
  expect(await learnerOf("one").turn()).toBe(1)
  expect((await store.load())!.lists).toBe(1)
})

it("tells what it has learned, and forgets it in every process when it is told to", async () => {
  const { clock, store, learnerOf, show } = setUp()
  const desk = rankerDesk(store, clock)
  expect(await desk.report()).toMatchObject({ serves: "fixed", lists: 0, weights: [], updatedAt: 0 })
  const learner = learnerOf("one")
  for (let i = 0; i < 150; i++) await show()
  clock.advance(11 * MINUTE)
  await learner.turn()
  const report = await desk.report()
  expect(report).toMatchObject({ serves: "online", trees: false, lists: 150, taken: 150 })
  expect(report.weights.map(({ name }) => name)).toEqual(expect.arrayContaining(["two", "home/one"]))
  expect(await desk.reset(false)).toMatchObject({ serves: "fixed", lists: 0 })
  await show()
  clock.advance(11 * MINUTE)
  expect(await learner.turn()).toBe(1)
  expect(await desk.report()).toMatchObject({ serves: "fixed", lists: 1 })
})

describe("Outcomes", () => {
  const event = (type: string, product: string, over: Partial<ShopEvent> = {}) => ({
    offset: "1",
    event: shopEvent({
      type,
      ts: START,
      consent: FULL_CONSENT,
      items: [{ product_id: product, request_id: "r" }],
      ...over,
    }),
  })
  const gains = (...events: ReturnType<typeof event>[]) => {
    const outcomes = new Outcomes(MINUTE)
    for (const one of events) outcomes.add(one)
    const [list] = outcomes.take(START + MINUTE)
    return [...list.gains]
  }

  it("counts the greatest of what was done with a product", () => {
    expect(gains(event("select_item", "a"), event("purchase", "a"), event("add_to_cart", "a"))).toEqual([
      ["a", 5],
    ])
    expect(gains(event("dwell", "a", { properties: { ms: 30_000 } }))).toEqual([["a", 1.5]])
    expect(gains(event("dwell", "a", { properties: { ms: 300 } }))).toEqual([])
  })

  it("takes back what was disliked, whenever that was said", () => {
    expect(gains(event("select_item", "a"), event("dislike", "a"), event("add_to_cart", "a"))).toEqual([])
    expect(gains(event("select_item", "a"), event("rating", "a", { properties: { rating: 1 } }))).toEqual([])
    expect(gains(event("rating", "a", { properties: { rating: 5 } }))).toEqual([["a", 3]])
  })

  it("holds no more than its capacity: the oldest are whole at once", () => {
    const outcomes = new Outcomes(MINUTE, undefined, 2)
    for (const r of ["r1", "r2", "r3"])
      outcomes.add(event("select_item", "a", { items: [{ product_id: "a", request_id: r }] }))
    expect(outcomes.take(START).map(({ requestId }) => requestId)).toEqual(["r1"])
    expect(outcomes.waiting).toBe(2)
  })
})
