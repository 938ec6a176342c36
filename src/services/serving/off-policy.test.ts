import { Random } from "../lib"
import { RERANKERS, type Ranked } from "../ranking"
import { rerankInput } from "../testing/planted-shop"
import { offPolicy as estimate, type LoggedList, type OffPolicy } from "./off-policy"

const epsilonGreedy = RERANKERS.find(({ name }) => name === "epsilon-greedy")!
const breathe = async () => undefined
const offPolicy = (lists: readonly LoggedList[]) => estimate(lists, breathe)
const LIMIT = 5
const ranked = Array.from({ length: 9 }, (_, i): Ranked => ({
  id: `p${i}`,
  score: 1 - i / 9,
  source: "x",
  features: [],
}))
const NOW = ranked.slice(0, LIMIT).map(({ id }) => id)
/** Two drawn products in the place of two others. */
const DRAFT = ["p0", "p6", "p2", "p8", "p4"]

/** A product's true click rate in a slot: what is far down the ranker's order is liked most. */
const rate = (id: string, slot: number) => (0.04 + Number(id.slice(1)) / 20) / (1 + slot)
const truthOf = (ids: readonly string[]) => ids.reduce((sum, id, slot) => sum + rate(id, slot), 0)

type Model = (id: string, slot: number) => number
const models: Record<string, Model> = {
  "the right model": rate,
  "a model that has it upside down": (id, slot) => (0.5 - Number(id.slice(1)) / 20) / (1 + slot),
  "a model without an opinion": () => 0.3,
}

interface Logging {
  lists: number
  seed: number
  model: Model
  /** Chance of each slot to be drawn. */
  epsilon?: number
  draft?: readonly string[]
}

/** What ε-greedy shows, with clicks at the true rates. */
function draws(lists: number, seed: number, epsilon: number) {
  const random = new Random(seed)
  const input = { ...rerankInput(ranked), limit: LIMIT, setting: epsilon, random }
  return Array.from({ length: lists }, () =>
    epsilonGreedy.rerank(input).map(({ id, propensity = 1 }, slot) => {
      return { id, propensity, clicked: random.next() < rate(id, slot) }
    })
  )
}
const drawn = new Map<string, ReturnType<typeof draws>>()

function logged({ lists, seed, model, epsilon = 0.5, draft = DRAFT }: Logging): LoggedList[] {
  const key = `${lists} ${seed} ${epsilon}`
  const shown = drawn.get(key) ?? draws(lists, seed, epsilon)
  drawn.set(key, shown)
  const planned = (ids: readonly string[]) => ids.map((id, slot) => ({ id, expected: model(id, slot) }))
  const sides = { now: planned(NOW), draft: planned(draft) }
  return shown.map((list, shopper) => {
    return { shopper, shown: list.map((one, slot) => ({ ...one, expected: model(one.id, slot) })), ...sides }
  })
}

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed + 1)
/** How many of 12 intervals of 95 % hold the truth, at least, all but twice in a thousand. */
const LEAST_COVERED = 9

const covered = (
  estimates: readonly OffPolicy[],
  side: keyof NonNullable<OffPolicy["clicks"]>,
  truth: number
) => estimates.filter(({ clicks }) => clicks![side].low <= truth && truth <= clicks![side].high).length

describe("offPolicy", () => {
  it.each(Object.entries(models))(
    "finds the clicks of both sides within its intervals, with %s",
    async (_, model) => {
      const asked = SEEDS.map((seed) => offPolicy(logged({ lists: 1_500, seed, model })))
      const estimates = await Promise.all(asked)
      for (const { says, support, effective_slots } of estimates) {
        expect(says).toBe("estimate")
        expect(support).toBeGreaterThan(0.85)
        expect(effective_slots).toBeGreaterThan(300)
      }
      const [now, draft] = [truthOf(NOW), truthOf(DRAFT)]
      expect(covered(estimates, "now", now)).toBeGreaterThanOrEqual(LEAST_COVERED)
      expect(covered(estimates, "draft", draft)).toBeGreaterThanOrEqual(LEAST_COVERED)
      expect(covered(estimates, "change", draft - now)).toBeGreaterThanOrEqual(LEAST_COVERED)
      // The draft is better, and each says so.
      for (const { clicks } of estimates) expect(clicks!.change.low).toBeGreaterThan(0)
    }
  )

  it("is narrower than inverse propensity scoring alone, which is what is left of it without a model", async () => {
    const width = async (model: Model) => {
      const { low, high } = (await offPolicy(logged({ lists: 1_500, seed: 1, model }))).clicks!.draft
      return high - low
    }
    expect(await width(rate)).toBeLessThan(await width(() => 0))
  })

  it("is wrong with propensities that were not those of the draws", async () => {
    const lists = logged({ lists: 1_500, seed: 1, model: models["a model that has it upside down"] })
    const quartered = lists.map((list) => ({
      ...list,
      shown: list.shown.map((slot) => ({ ...slot, propensity: slot.propensity / 4 })),
    }))
    expect((await offPolicy(quartered)).clicks!.draft.low).toBeGreaterThan(truthOf(DRAFT))
  })

  it.each<[string, Partial<Logging>]>([
    ["there are few lists", { lists: 200 }],
    ["nothing was left to chance", { epsilon: 0 }],
    ["chance could never show what the draft plans", { draft: ["p4", "p3", "p2", "p1", "p0"] }],
    ["there are no lists", { lists: 0 }],
  ])("says nothing where %s", async (_, changes) => {
    const model = models["the right model"]
    const { says, clicks } = await offPolicy(logged({ lists: 1_500, seed: 1, model, ...changes }))
    expect(says).toBe("too_little_exploration")
    expect(clicks).toBeUndefined()
  })

  it("has nothing to compare where the draft changes no slot", async () => {
    const same = await offPolicy(logged({ lists: 300, seed: 1, model: rate, draft: NOW }))
    expect(same).toEqual({ says: "unchanged", lists: 300, support: 1, effective_slots: 0 })
  })

  it("does not let lists that left nothing to chance stand for the others", async () => {
    const model = models["the right model"]
    const certain = logged({ lists: 5_000, seed: 2, model, epsilon: 0 })
    const drawn = logged({ lists: 1_500, seed: 1, model })
    expect(await offPolicy([...certain, ...drawn])).toEqual(await offPolicy(drawn))
  })

  it("counts a shopper's lists as one draw, so that the interval of many alike lists is wide", async () => {
    const lists = logged({ lists: 400, seed: 1, model: rate })
    const alike = lists.flatMap((list) => Array<LoggedList>(10).fill(list))
    const alone = alike.map((list, shopper) => ({ ...list, shopper }))
    const width = async (all: LoggedList[]) => {
      const { low, high } = (await offPolicy(all)).clicks!.draft
      return high - low
    }
    // As √10 would have it.
    expect(await width(alike)).toBeGreaterThan(2 * (await width(alone)))
  })

  it("lets others in while it works", async () => {
    let breaths = 0
    const lists = logged({ lists: 1_500, seed: 1, model: rate })
    await estimate(lists, async () => void breaths++)
    expect(breaths).toBe(3 + 3 + 3)
  })
})
