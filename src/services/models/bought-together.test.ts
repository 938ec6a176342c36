import { logLikelihoodRatio, Random } from "../lib"
import { fitContext, trainingFixture } from "../testing/training-fixture"
import { boughtTogether } from "./bought-together"

function fitted(baskets: string[][], options: Record<string, unknown> = {}) {
  const model = boughtTogether.create(options)
  void model.fit(trainingFixture(baskets.map((items) => ({ items, kind: "purchase" }))), fitContext())
  return model
}

/** G² of a 2×2 table by its definition: 2 Σ observed × ln(observed / expected). */
function gSquare(baskets: string[][], a: string, b: string): { ratio: number; both: number; lift: number } {
  const cells = [0, 0, 0, 0]
  for (const items of baskets) cells[(items.includes(a) ? 2 : 0) + (items.includes(b) ? 1 : 0)]++
  const [neither, onlyB, onlyA, both] = cells
  const total = baskets.length
  const observed = [both, onlyA, onlyB, neither]
  const rows = [both + onlyA, both + onlyA, onlyB + neither, onlyB + neither]
  const columns = [both + onlyB, onlyA + neither, both + onlyB, onlyA + neither]
  const ratio = observed.reduce(
    (sum, count, i) =>
      count > 0 ? sum + 2 * count * Math.log((count * total) / (rows[i] * columns[i])) : sum,
    0
  )
  return { ratio, both, lift: (both * total) / ((both + onlyA) * (both + onlyB)) }
}

describe("bought-together", () => {
  it("agrees with the log-likelihood ratio by its definition", () => {
    const random = new Random(5)
    const baskets = Array.from({ length: 300 }, () => [
      ...new Set(Array.from({ length: 1 + random.int(5) }, () => `i${Math.floor(20 * random.next() ** 2)}`)),
    ])
    const items = [...new Set(baskets.flat())]
    const model = fitted(baskets, { minSupport: 2, minLift: 1, rareness: 0, seedScaling: 0 })
    for (const seed of items) {
      const expected = items
        .filter((item) => item !== seed)
        .map((item) => ({ item, ...gSquare(baskets, seed, item) }))
        .filter(({ both, lift }) => both >= 2 && lift > 1)
      const list = model.recommend({ seeds: [seed] }, 100)
      expect(list.map(({ id }) => id).sort()).toEqual(expected.map(({ item }) => item).sort())
      for (const { id, score } of list) {
        expect(score).toBeCloseTo(expected.find(({ item }) => item === id)!.ratio, 6)
      }
    }
  })

  it("matches Dunning's ratio on a table worked out by hand", () => {
    // 10 of 100 orders hold both, 10 more hold either one: 2 × (10 ln 2.5 + 2 × 10 ln .625 + 70 ln 1.09375)
    const byHand = 2 * (10 * Math.log(2.5) + 20 * Math.log(0.625) + 70 * Math.log(1.09375))
    expect(logLikelihoodRatio(10, 20, 20, 100)).toBeCloseTo(byHand, 9)
    expect(logLikelihoodRatio(4, 20, 20, 100)).toBeCloseTo(0, 9)
  })

  it("trusts a companion the less the fewer orders it is in", () => {
    // `a` is always bought with `twin`, which is in three orders, and often with `common`, which is in many.
    const baskets = [
      ...Array.from({ length: 3 }, () => ["a", "twin"]),
      ...Array.from({ length: 3 }, () => ["a", "common"]),
      ...Array.from({ length: 20 }, () => ["common"]),
      ...Array.from({ length: 200 }, (_, i) => [`other${i}`]),
    ]
    const best = (options = {}) => fitted(baskets, options).recommend({ seeds: ["a"] }, 1)[0].id
    expect(best({ rareness: 0 })).toBe("twin")
    expect(best()).toBe("common")
  })

  it("lets a frequent item of the cart not outvote a rare one", () => {
    const baskets = [
      ...Array.from({ length: 60 }, () => ["frequent", "x"]),
      ...Array.from({ length: 60 }, () => ["frequent"]),
      ...Array.from({ length: 8 }, () => ["rare", "y"]),
      ...Array.from({ length: 52 }, () => ["y"]),
      ...Array.from({ length: 300 }, (_, i) => [`other${i}`]),
    ]
    const best = (options = {}) =>
      fitted(baskets, options).recommend({ seeds: ["frequent", "rare"] }, 1)[0].id
    expect(best({ seedScaling: 0 })).toBe("x")
    expect(best({ seedScaling: 1 })).toBe("y")
  })

  it("leaves out pairs seen too seldom, or not more often than by chance", () => {
    const baskets = [["a", "b"], ["a", "b"], ["a", "rare"], ["a", "all"], ["all", "b"], ["all", "c"], ["all"]]
    expect(
      fitted(baskets, { minSupport: 2 })
        .recommend({ seeds: ["a"] }, 9)
        .map(({ id }) => id)
    ).toEqual(["b"])
  })

  it("leaves wholesale orders out of the pairs", () => {
    const wholesale = Array.from({ length: 10 }, (_, i) => `w${i}`)
    const baskets = [wholesale, wholesale, wholesale, ["a"]]
    expect(fitted(baskets, { maxBasket: 9 }).recommend({ seeds: ["w1"] }, 9)).toEqual([])
    expect(fitted(baskets).recommend({ seeds: ["w1"] }, 9)).toHaveLength(9)
  })

  it("never recommends what is in the cart", () => {
    const baskets = [["a", "b", "c"], ["a", "b", "c"], ["d"], ["e"]]
    expect(
      fitted(baskets)
        .recommend({ seeds: ["a", "b"] }, 9)
        .map(({ id }) => id)
    ).toEqual(["c"])
  })
})
