import { compose } from "./compose"
import { resolveOptions } from "./options"
import type { Engine } from "./engine"
import { newEventId, type ShopEvent } from "../../services/events"
import { Random, silentLogger, type Interval } from "../../services/lib"
import { NO_CONSENT } from "../../services/privacy"
import type { RuleInput } from "../../services/ranking"
import { ruleInputSchema } from "../../services/ranking"
import { draftSchema, type RecommendationRequest } from "../../services/serving"
import { product } from "../../services/testing/planted-shop"

const NOW = Date.UTC(2026, 5, 1, 12)
const GRANTED = { analytics: true, personalization: true, experimentation: true, model_training: true }

const priced = (price: number, cost: number) => [{ id: `v${price}-${cost}`, available: true, price, cost }]
const products = [
  ...Array.from({ length: 8 }, (_, i) =>
    product(`a${i}`, "a", { createdAt: i, metadata: { brand: "Acme" }, variants: priced(10, 9) })
  ),
  ...Array.from({ length: 8 }, (_, i) =>
    product(`b${i}`, "b", { createdAt: i - 100, metadata: { brand: "Best" }, variants: priced(20, 5) })
  ),
  product("draft", "a", { status: "draft" }),
  product("foreign", "a", { salesChannelIds: ["b2b"] }),
  product("gone", "a", { inStock: false }),
]

let engine: Engine

beforeEach(async () => {
  engine = compose(resolveOptions({}), { logger: silentLogger })
  // The shelves are filled at the start.
  await engine.catalog.upsert(products)
  await engine.start()
})
afterEach(() => engine.stop())

const request = (changes: Partial<RecommendationRequest> = {}): RecommendationRequest => ({
  placement: "new-arrivals",
  limit: 4,
  consent: NO_CONSENT,
  context: { now: NOW, device: "mobile", tzOffset: 0, salesChannelIds: ["web"] },
  ...changes,
})

const list = async (changes?: Partial<RecommendationRequest>) =>
  (await engine.recommender.recommend(request(changes))).items.map(({ product_id }) => product_id)

const rule = (action: object, what: object = {}, rest: object = {}): RuleInput =>
  ruleInputSchema.parse({ name: "a rule", action, what, ...rest })

describe("rules", () => {
  it.each<[string, object, object, (shown: string[]) => void]>([
    [
      "hide",
      { type: "hide" },
      { categories: ["a"] },
      (shown) => expect(shown.every((id) => id[0] === "b")).toBe(true),
    ],
    [
      "filter",
      { type: "filter" },
      { brands: ["Best"] },
      (shown) => expect(shown.every((id) => id[0] === "b")).toBe(true),
    ],
    ["pin", { type: "pin", slots: [2] }, { products: ["b3"] }, (shown) => expect(shown[1]).toBe("b3")],
    ["boost", { type: "boost", factor: 50 }, { products: ["b0"] }, (shown) => expect(shown[0]).toBe("b0")],
    ["bury", { type: "bury", factor: 0 }, { products: ["a7"] }, (shown) => expect(shown).not.toContain("a7")],
    [
      "cap",
      { type: "cap", by: "brand", most: 2 },
      {},
      (shown) => expect(shown.map((id) => id[0]).sort()).toEqual(["a", "a", "b", "b"]),
    ],
    [
      "weight",
      { type: "weight", margin: 1 },
      {},
      (shown) => expect(shown.every((id) => id[0] === "b")).toBe(true),
    ],
  ])("%s acts at once, and no more when it is removed", async (_, action, what, check) => {
    const before = await list()
    expect(before).toEqual(["a7", "a6", "a5", "a4"])
    const { id } = await engine.steering.addRule(rule(action, what))
    check(await list())
    expect(await engine.steering.rules()).toHaveLength(1)
    await engine.steering.removeRule(id)
    expect(await list()).toEqual(before)
  })

  it("never bring what may not be shown", async () => {
    const what = { products: ["draft", "foreign", "gone", "unknown"] }
    await engine.steering.addRule(rule({ type: "pin", slots: [1, 2, 3, 4] }, what, { priority: 1_000 }))
    expect(await list()).toEqual(["a7", "a6", "a5", "a4"])
  })

  it("say to the shopper that a product is featured", async () => {
    await engine.steering.addRule(rule({ type: "pin", slots: [1] }, { products: ["b3"] }))
    const { items } = await engine.recommender.recommend(request())
    expect(items[0].reason).toEqual({ code: "featured", text: "Featured by this shop" })
  })

  it("drop from a listing what they hide, and put back all else", async () => {
    await engine.steering.addRule(rule({ type: "hide" }, { products: ["b1"] }))
    await engine.steering.addRule(rule({ type: "pin", slots: [1] }, { products: ["b2"] }))
    const productIds = ["a1", "b1", "b2", "a2", "unknown"]
    const { items } = await engine.recommender.rank({
      ...request(),
      placement: "listing-rerank",
      limit: 5,
      productIds,
    })
    const shown = items.map(({ product_id }) => product_id)
    expect(shown[0]).toBe("b2")
    expect(shown.sort()).toEqual(["a1", "a2", "b2", "unknown"])
  })

  it("name a placement that does not exist, and a rule that does not", async () => {
    const wrong = rule({ type: "hide" }, { products: ["a1"] }, { placements: ["nowhere"] })
    await expect(async () => engine.steering.addRule(wrong)).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "placements.0" }],
    })
    await expect(engine.steering.removeRule("none")).rejects.toMatchObject({ code: "not_found" })
  })

  it("that disagree are reported", async () => {
    await engine.steering.addRule(rule({ type: "hide" }, { products: ["a1"] }))
    const draft = draftSchema.parse({
      rules: [rule({ type: "pin", slots: [1] }, { products: ["a1"] }, { name: "a draft" })],
    })
    expect(await engine.steering.conflicts()).toEqual([])
    expect(await engine.steering.conflicts(draft)).toMatchObject([{ kind: "pin_kept_out", products: ["a1"] }])
  })
})

describe("placements", () => {
  it("are changed, and go back to the shipped one", async () => {
    const shipped = engine.steering
      .placements()
      .then((all) => all.find(({ name }) => name === "new-arrivals")!)
    const { origin, ...placement } = await shipped
    expect(origin).toBe("shipped")
    await engine.steering.putPlacement({ ...placement, limit: 2 })
    expect(await list({ limit: undefined })).toHaveLength(2)
    expect((await engine.steering.placements()).find(({ name }) => name === "new-arrivals")?.origin).toBe(
      "changed"
    )
    expect(await engine.steering.removePlacement("new-arrivals")).toMatchObject({ limit: placement.limit })
    await expect(engine.steering.removePlacement("new-arrivals")).rejects.toMatchObject({ code: "not_found" })
  })
})

describe("preview", () => {
  it("tells every candidate's way, of the list that is served", async () => {
    await engine.steering.addRule(rule({ type: "hide" }, { products: ["a6"] }, { name: "no a6" }))
    await engine.steering.addRule(
      rule({ type: "boost", factor: 50 }, { products: ["b0"] }, { name: "more b0" })
    )
    await engine.steering.addRule(rule({ type: "cap", by: "brand", most: 2 }, {}, { name: "two each" }))
    await engine.steering.addRule(rule({ type: "pin", slots: [4] }, { products: ["b3"] }, { name: "b3" }))
    const { items, candidates, rules } = await engine.steering.preview(request())
    expect(items.map(({ product_id }) => product_id)).toEqual(await list())
    expect(rules.map(({ name }) => name).sort()).toEqual(["b3", "more b0", "no a6", "two each"])
    const of = (id: string) => candidates.find(({ product_id }) => product_id === id)
    expect(of("a6")).toMatchObject({
      slot: null,
      outcome: "kept_out",
      why: "no a6",
      rules: [{ did: "kept_out" }],
    })
    expect(of("b0")).toMatchObject({
      slot: 1,
      outcome: "shown",
      rescored: { place: 1 },
      rules: [{ name: "more b0", did: "rescored" }],
    })
    expect(of("b3")).toMatchObject({ slot: 4, outcome: "pinned", why: "b3" })
    expect(of("a7")).toMatchObject({ slot: 2, sources: [{ name: "new-arrivals", rank: 1, vote: 1 }] })
    expect(of("a4")).toMatchObject({ slot: null, outcome: "below_the_cut" })
    expect(Object.keys(of("a7")!.features)).toContain("new-arrivals")
    expect(candidates.filter(({ slot }) => slot !== null).map(({ slot }) => slot)).toEqual([1, 2, 3, 4])
  })

  it("tries a draft out without keeping it, and stores nothing", async () => {
    const before = await list()
    const draft = draftSchema.parse({
      rules: [rule({ type: "hide" }, { categories: ["a"] }, { when: { device: ["mobile"] } })],
      placements: { "new-arrivals": { limit: 3 } },
    })
    const asked = request({ limit: undefined, consent: GRANTED, visitorId: "v" })
    const { items, candidates } = await engine.steering.preview(asked, draft)
    expect(items.map(({ product_id }) => product_id[0])).toEqual(["b", "b", "b"])
    expect(candidates.find(({ product_id }) => product_id === "a7")).toMatchObject({ outcome: "kept_out" })
    expect(await list()).toEqual(before)
    expect(await engine.exposures.recent({ limit: 9 })).toEqual([])
  })

  it("names what is wrong in a draft's placement", async () => {
    const draft = draftSchema.parse({ placements: { "new-arrivals": { sources: { guesses: 1 } } } })
    await expect(engine.steering.preview(request(), draft)).rejects.toMatchObject({
      fields: [{ path: "draft.placements.new-arrivals.sources.guesses" }],
    })
  })
})

describe("what if", () => {
  const recorded = async () => {
    for (let i = 0; i < 3; i++)
      await engine.recommender.recommend(request({ consent: GRANTED, visitorId: `v${i}` }))
    // Exposures are written off the request's path.
    for (let tries = 0; tries < 100 && (await engine.exposures.recent({ limit: 9 })).length < 3; tries++)
      await new Promise((resolve) => setTimeout(resolve, 20))
  }
  const ask = (draft: object, rest: object = {}) =>
    engine.steering.whatIf({ draft: draftSchema.parse(draft), requests: 10, ...rest }, async () => GRANTED)

  it("changes nothing under the same configuration", async () => {
    await recorded()
    const same = await ask({})
    expect(same).toMatchObject({
      requests: 3,
      skipped: 0,
      changed_slots: 0,
      changed_lists: 0,
      gained: [],
      lost: [],
    })
    expect(same.clicks.now).toBeCloseTo(0.05 * (1 + 1 / Math.log2(3) + 0.5 + 1 / Math.log2(5)), 10)
    expect(same.clicks.draft).toBe(same.clicks.now)
    expect(same.coverage.now).toBeCloseTo(4 / products.length, 10)
  })

  it("tells what a draft rule would change, and what it is worth", async () => {
    await recorded()
    const { changed_slots, gained, lost, margin, margin_known } = await ask({
      rules: [rule({ type: "pin", slots: [1] }, { products: ["b3"] })],
    })
    // All four move: one comes, three go down, one is lost.
    expect(changed_slots).toBe(1)
    expect(gained).toEqual([{ product_id: "b3", slots: 3 }])
    expect(lost).toEqual([{ product_id: "a4", slots: 3 }])
    expect(margin.now).toBeCloseTo(0.05 * (1 + 1 / Math.log2(3) + 0.5 + 1 / Math.log2(5)), 10)
    expect(margin.draft - margin.now).toBeCloseTo(0.05 * 14, 10)
    expect(margin_known.draft).toBe(1)
  })

  it("tells what a draft earns by what shoppers clicked where chance had shown the same", async () => {
    const before = Date.now() - 3_600_000
    const random = new Random(1)
    const lists = Array.from({ length: 500 }, (_, i) => ({
      requestId: `r${i}`,
      ts: before + i,
      placement: "new-arrivals",
      subject: `visitor:v${i}`,
      visitorId: `v${i}`,
      featureNames: [],
      slots: [
        {
          productId: random.next() < 0.5 ? "a7" : "b3",
          score: 1,
          source: "x",
          propensity: 0.5,
          features: [],
        },
      ],
      asked: { limit: 1 },
      context: { device: "mobile" as const, tzOffset: 0, salesChannelIds: ["web"] },
    }))
    await engine.exposures.record(lists)
    const tell = (type: string, { requestId, ts, slots }: (typeof lists)[number]): ShopEvent => ({
      event_id: newEventId(ts),
      type,
      ts,
      consent: GRANTED,
      context: {},
      request_id: requestId,
      items: [{ product_id: slots[0].productId }],
    })
    const clicked = lists.filter(({ slots }) => random.next() < (slots[0].productId === "b3" ? 0.4 : 0.2))
    await engine.log.append([
      ...lists.map((list) => tell("rec_impression", list)),
      ...clicked.map((list) => tell("select_item", list)),
    ])
    const pinned = { rules: [rule({ type: "pin", slots: [1] }, { products: ["b3"] })] }
    const { off_policy } = await ask(pinned, { requests: 500 })
    expect(off_policy).toMatchObject({ says: "estimate", lists: 500 })
    expect(off_policy.effective_slots).toBeGreaterThan(220)
    const { now, draft, change } = off_policy.clicks!
    const holds = ({ low, high }: Interval, truth: number) => low < truth && truth < high
    expect([holds(now, 0.2), holds(draft, 0.4), holds(change, 0.2)]).toEqual([true, true, true])
    expect(change.low).toBeGreaterThan(0.05)
    expect((await ask(pinned, { requests: 100 })).off_policy).toMatchObject({
      says: "too_little_exploration",
      lists: 100,
    })
    expect((await ask({})).off_policy).toMatchObject({ says: "unchanged", lists: 10 })
  })

  it("keeps to a placement", async () => {
    await recorded()
    expect(await ask({}, { placement: "trending" })).toMatchObject({ requests: 0, skipped: 0 })
  })
})
