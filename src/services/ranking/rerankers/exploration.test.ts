import { Random } from "../../lib"
import { rerankInput } from "../../testing/planted-shop"
import { BetaGrid } from "../beta-grid"
import type { Ranked } from "../ranker.port"
import { epsilonGreedy } from "./epsilon-greedy"
import { thompson } from "./thompson"

const LIMIT = 5

const ranked = Array.from({ length: 20 }, (_, i): Ranked => ({
  id: `p${String(i).padStart(2, "0")}`,
  score: 1 - i / 20,
  source: "x",
  features: [],
}))

type Draw = () => Ranked[]

const epsilonDraws = (setting: Parameters<typeof epsilonGreedy.rerank>[0]["setting"], seed: number): Draw => {
  const input = { ...rerankInput(ranked), limit: LIMIT, setting, random: new Random(seed) }
  return () => epsilonGreedy.rerank(input)
}

/** How often each product stood in each slot, and the propensities that were recorded there. */
function frequencies(draw: Draw, rounds: number) {
  const cells = new Map<string, { times: number; propensity: number }>()
  for (let round = 0; round < rounds; round++)
    draw().forEach(({ id, propensity = 1 }, slot) => {
      const cell = cells.get(`${id} ${slot}`) ?? { times: 0, propensity }
      if (Math.abs(propensity - cell.propensity) > 1e-12) throw new Error("one slot, two propensities")
      cell.times++
      cells.set(`${id} ${slot}`, cell)
    })
  return [...cells.values()].map(({ times, propensity }) => ({ share: times / rounds, propensity }))
}

/** Farthest that a share of so many rounds may lie from its chance: five standard errors. */
const reach = (chance: number, rounds: number) => 5 * Math.sqrt((chance * (1 - chance)) / rounds) + 1e-9

describe("epsilon-greedy", () => {
  it.each([
    ["a number", 0.3],
    ["first slots kept", { epsilon: 0.5, keep: 2 }],
    ["a pool smaller than the list", { epsilon: 0.5, pool: 3 }],
  ])("puts every product into every slot as often as it says: %s", (_, setting) => {
    const rounds = 10_000
    const cells = frequencies(epsilonDraws(setting, 7), rounds)
    expect(cells.length).toBeGreaterThan(LIMIT)
    for (const { share, propensity } of cells)
      expect(Math.abs(share - propensity)).toBeLessThan(reach(propensity, rounds))
  })

  it("draws what was shown least, says so, and shows nothing twice", () => {
    const shown = (id: string) => ({ shown: id < "p12" ? 100 : 0, clicked: 0 })
    const input = { ...rerankInput(ranked), limit: LIMIT, tallyOf: shown, random: new Random(2) }
    let drawn = 0
    for (let round = 0; round < 200; round++) {
      const list = epsilonGreedy.rerank({ ...input, setting: { epsilon: 0.4, pool: 8 } })
      const explored = list.filter(({ reason }) => reason === "explored")
      expect(new Set(list.map(({ id }) => id)).size).toBe(LIMIT)
      expect(explored.every(({ id }) => id >= "p12")).toBe(true)
      drawn += explored.length
    }
    expect(drawn).toBeGreaterThan(200)
  })

  it("is the list itself without candidates outside of it, and the same for the same seed", () => {
    const all = { ...rerankInput(ranked.slice(0, LIMIT)), setting: 0.5 }
    expect(epsilonGreedy.rerank(all)).toEqual(ranked.slice(0, LIMIT))
    const [one, two] = [epsilonDraws(0.3, 9), epsilonDraws(0.3, 9)]
    for (let round = 0; round < 20; round++) expect(one()).toEqual(two())
  })
})

describe("inverse propensity scoring of lists that were explored", () => {
  /** A product's click rate in a slot; what is far down the ranker's order is liked most. */
  const rate = (id: string, slot: number) => (0.02 + Number(id.slice(1)) / 40) / (1 + slot)
  /** Another policy: it would show these, slot by slot, each of which may stand there. */
  const policy = ["p00", "p09", "p01", "p12", "p04"]
  const truth = policy.reduce((sum, id, slot) => sum + rate(id, slot), 0)

  function estimate(propensityOf: (slot: Ranked) => number) {
    const draw = epsilonDraws(0.5, 21)
    const random = new Random(22)
    const clicks = Array.from({ length: 20_000 }, () =>
      draw().reduce((sum, item, slot) => {
        const clicked = random.next() < rate(item.id, slot)
        return sum + (clicked && item.id === policy[slot] ? 1 / propensityOf(item) : 0)
      }, 0)
    )
    const mean = clicks.reduce((sum, one) => sum + one, 0) / clicks.length
    const variance = clicks.reduce((sum, one) => sum + (one - mean) ** 2, 0) / clicks.length
    // 99 % of the normal distribution.
    const half = 2.576 * Math.sqrt(variance / clicks.length)
    return { low: mean - half, high: mean + half }
  }

  it("finds what the policy would earn within its interval", () => {
    const { low, high } = estimate(({ propensity = 1 }) => propensity)
    expect(low).toBeLessThan(truth)
    expect(high).toBeGreaterThan(truth)
    expect(high - low).toBeLessThan(truth / 2)
  })

  it("is far off with other propensities: of slots that count as certain, and of draws from twice as many", () => {
    const certain = estimate(() => 1)
    expect(certain.high).toBeLessThan(truth)
    const halved = estimate(({ propensity = 1, reason }) => (reason ? propensity / 2 : propensity))
    expect(halved.low).toBeGreaterThan(truth)
  })
})

describe("thompson", () => {
  const tallies: Record<string, { shown: number; clicked: number }> = {
    p04: { shown: 5_000, clicked: 500 },
    p05: { shown: 400, clicked: 4 },
    p06: { shown: 30, clicked: 3 },
  }
  const tallyOf = (id: string) => tallies[id] ?? { shown: 0, clicked: 0 }
  const draws = (setting: Parameters<typeof thompson.rerank>[0]["setting"], seed: number): Draw => {
    const input = { ...rerankInput(ranked), limit: LIMIT, setting, tallyOf, random: new Random(seed) }
    return () => thompson.rerank(input)
  }

  it.each([[{ slots: 1, pool: 8 }], [{ slots: 3, pool: 6 }]])(
    "puts products into slots as often as it says: %j",
    (setting) => {
      const rounds = 500
      const cells = frequencies(draws(setting, 3), rounds)
      expect(cells.length).toBeGreaterThan(LIMIT)
      for (const { share, propensity } of cells)
        expect(Math.abs(share - propensity)).toBeLessThan(reach(propensity, rounds) + 0.002)
    }
  )

  it("shows what is liked more often than what was shown in vain, and keeps the first slots", () => {
    const draw = draws({ slots: 1, pool: 3 }, 4)
    const times: Record<string, number> = {}
    for (let round = 0; round < 300; round++) {
      const list = draw()
      expect(list.slice(0, 4)).toEqual(ranked.slice(0, 4))
      times[list[4].id] = (times[list[4].id] ?? 0) + 1
      expect(list[4].reason).toBe(list[4].id === "p04" ? undefined : "explored")
    }
    expect(times.p04 + times.p06).toBeGreaterThan(290)
    expect(times.p06).toBeGreaterThan(20)
  })
})

describe("BetaGrid", () => {
  it("draws values with the distributions' means, and shares out the first place among all", () => {
    const betas = [
      { a: 1, b: 19 },
      { a: 101, b: 919 },
      { a: 3, b: 40 },
    ]
    const grid = new BetaGrid(betas)
    const random = new Random(8)
    betas.forEach(({ a, b }, of) => {
      let sum = 0
      for (let i = 0; i < 20_000; i++) sum += grid.draw(of, random)
      expect(sum / 20_000).toBeCloseTo(a / (a + b), 2)
    })
    const first = betas.map((_, of) => grid.chanceOfPlace(of, 0))
    expect(first[0] + first[1] + first[2]).toBeCloseTo(1, 2)
  })
})
