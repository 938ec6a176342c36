import { ManualClock, noMetrics } from "../lib"
import { FULL_CONSENT, NO_CONSENT } from "../privacy"
import { AnonymousLists, isAnonymous } from "./anonymous-lists"
import type { RecommendationRequest } from "./recommendation"

const NOW = 1_700_000_000_000

function setUp() {
  const clock = new ManualClock(NOW)
  const catalog = { version: 1 }
  const lists = new AnonymousLists({
    basis: () => [catalog.version],
    clock,
    metrics: noMetrics,
    keepMs: 1_000,
  })
  let made = 0
  const ask = (over: Partial<RecommendationRequest> = {}, fails = false) =>
    lists.of(
      {
        placement: "trending",
        consent: NO_CONSENT,
        context: { now: clock.now(), salesChannelIds: ["web"], device: "mobile" },
        ...over,
      },
      async () => {
        made++
        if (fails) throw new Error("wrong")
        return { request_id: `made-${made}`, placement: "trending", title: "Trending", items: [] }
      }
    )
  return { clock, catalog, ask, made: () => made }
}

it("makes one list for all in the same situation, each answer with a request id of its own", async () => {
  const { ask, made } = setUp()
  const answers = await Promise.all([ask(), ask(), ask()])
  expect(made()).toBe(1)
  expect(new Set(answers.map(({ request_id }) => request_id)).size).toBe(3)
  expect(answers[2]).toMatchObject({ placement: "trending", title: "Trending" })
})

it("makes another for another situation, placement, product, cart or length", async () => {
  const { ask, made } = setUp()
  const context = { now: NOW, salesChannelIds: ["web"], device: "mobile" as const }
  const others: Partial<RecommendationRequest>[] = [
    {},
    { placement: "new-arrivals" },
    { productIds: ["a"] },
    { cartProductIds: ["a"] },
    { limit: 3 },
    { exclude: ["a"] },
    { context: { ...context, device: "desktop" } },
    { context: { ...context, country: "PT" } },
    { context: { ...context, salesChannelIds: ["b2b"] } },
    { context: { ...context, now: NOW + 3_600_000 } },
  ]
  for (const over of others) await ask(over)
  expect(made()).toBe(others.length)
})

it("ends a list with its time, with a change of the catalogue, and when it could not be made", async () => {
  const { clock, catalog, ask, made } = setUp()
  await ask()
  clock.advance(1_001)
  await ask()
  expect(made()).toBe(2)
  catalog.version++
  await ask()
  expect(made()).toBe(3)
  catalog.version++
  await expect(ask({}, true)).rejects.toThrow("wrong")
  await ask()
  expect(made()).toBe(5)
})

it("keeps no long questions, which anybody could fill the memory with", async () => {
  const { ask, made } = setUp()
  const exclude = Array.from({ length: 200 }, (_, i) => `prod_${i}`)
  await ask({ exclude })
  await ask({ exclude })
  expect(made()).toBe(2)
})

it("is for shoppers of whom nothing may be known or recorded", () => {
  expect(isAnonymous({ consent: NO_CONSENT })).toBe(true)
  expect(isAnonymous({ consent: { ...NO_CONSENT, experimentation: true } })).toBe(false)
  expect(isAnonymous({ consent: { ...FULL_CONSENT, personalization: false } })).toBe(false)
})
