import { product, TestCatalog } from "../testing/planted-shop"
import { PLACEMENTS } from "./placements"
import type { RecommendationRequest } from "./recommendation"
import { warmUp } from "./warm-up"

const catalog = new TestCatalog([product("a", "x"), product("b", "x")])
const placements = {
  names: () => PLACEMENTS.map(({ name }) => name),
  get: (name: string) => PLACEMENTS.find((one) => one.name === name),
}

function rehearsing(fails = false) {
  const asked: RecommendationRequest[] = []
  const rehearse = async (request: RecommendationRequest) => {
    asked.push(request)
    if (fails) throw new Error("broken")
    return { list: { items: [], featureNames: [], situation: {}, own: 0, falls: [] }, items: [] }
  }
  return { asked, recommender: { rehearse } }
}

it("makes lists of every placement with all that it needs, for nobody", async () => {
  const { asked, recommender } = rehearsing()
  const made = await warmUp({ recommender, placements, catalog, now: () => 7 })
  expect(made).toBe(asked.length)
  expect(made).toBeGreaterThanOrEqual(PLACEMENTS.length)
  expect(new Set(asked.slice(0, PLACEMENTS.length).map(({ placement }) => placement)).size).toBe(
    PLACEMENTS.length
  )
  for (const { visitorId, customerId, consent, productIds, cartProductIds, context } of asked) {
    expect([visitorId, customerId]).toEqual([undefined, undefined])
    expect(Object.values(consent)).not.toContain(true)
    expect(productIds!.length).toBeGreaterThan(0)
    expect(cartProductIds).toHaveLength(1)
    expect(context.now).toBe(7)
  }
  expect(asked.find(({ placement }) => placement === "listing-rerank")!.productIds).toEqual(["a", "b"])
})

it("bears a shop without products and lists that break", async () => {
  const { asked, recommender } = rehearsing(true)
  expect(await warmUp({ recommender, placements, catalog: new TestCatalog(), now: () => 7 })).toBe(0)
  expect(asked).toHaveLength(0)
  expect(await warmUp({ recommender, placements, catalog, now: () => 7 })).toBe(0)
  expect(asked.length).toBeGreaterThan(0)
})
