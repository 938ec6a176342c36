import { trainingFixture, fitContext, type FixtureSession } from "../testing/training-fixture"
import { Random } from "../lib"
import { Ials } from "./ials"
import { interactionMatrix } from "./interaction-matrix"

type Vector = number[]
const OPTIONS = {
  factors: 8,
  iterations: 4,
  steps: 40,
  fading: 0,
  unobservedWeight: 10,
  regularization: 0.2,
  recommendLast: "never",
}

const dot = (a: Vector, b: Vector): number => a.reduce((sum, value, i) => sum + value * b[i], 0)

/** Gaussian elimination of a symmetric positive definite system. */
function solve(matrix: Vector[], right: Vector): Vector {
  const a = matrix.map((row, i) => [...row, right[i]])
  for (let k = 0; k < a.length; k++)
    for (let i = k + 1; i < a.length; i++) {
      const factor = a[i][k] / a[k][k]
      for (let j = k; j <= a.length; j++) a[i][j] -= factor * a[k][j]
    }
  const x: Vector = []
  for (let k = a.length - 1; k >= 0; k--)
    x[k] =
      (a[k][a.length] - a[k].slice(k + 1, a.length).reduce((s, v, i) => s + v * x[k + 1 + i], 0)) / a[k][k]
  return x
}

/** One exact half step of alternating least squares in 64-bit floats. */
function halfStep(
  taken: Map<number, number>[],
  y: Vector[],
  alpha: number,
  ridgeOf: (weight: number) => number
): Vector[] {
  const d = y[0].length
  const gram = Array.from({ length: d }, (_, i) =>
    Array.from({ length: d }, (_, j) => alpha * y.reduce((sum, row) => sum + row[i] * row[j], 0))
  )
  return taken.map((entries) => {
    const a = gram.map((row) => [...row])
    const b = new Array<number>(d).fill(0)
    const ridge = ridgeOf([...entries.values()].reduce((sum, weight) => sum + weight, 0))
    for (let i = 0; i < d; i++) a[i][i] += ridge
    for (const [item, weight] of entries)
      for (let i = 0; i < d; i++) {
        b[i] += weight * y[item][i]
        for (let j = 0; j < d; j++) a[i][j] += weight * y[item][i] * y[item][j]
      }
    return solve(a, b)
  })
}

const random = new Random(11)
const SESSIONS: FixtureSession[] = Array.from({ length: 60 }, (_, s) => ({
  user: `u${s % 25}`,
  kind: s % 3 === 0 ? "purchase" : "view",
  items: Array.from({ length: 3 }, () => `p${((s % 4) * 5 + random.int(8)) % 20}`),
}))
const DATA = trainingFixture(SESSIONS)

describe("iALS", () => {
  it("comes to the factors that exact least squares in 64-bit floats come to", async () => {
    const model = new Ials(OPTIONS)
    await model.fit(DATA, fitContext({ seed: 3 }))
    const { ids, dimension, values } = model.itemFactors()
    const matrix = interactionMatrix(DATA.interactions, {
      kindWeights: [1, 3, 5],
      repeatWeight: 1,
      rows: "shopper",
      maxItems: 512,
    })
    const mean = matrix.values.reduce((sum, value) => sum + value, 0) / matrix.values.length
    const byUser = Array.from({ length: matrix.rows }, () => new Map<number, number>())
    const byItem = ids.map(() => new Map<number, number>())
    for (let row = 0; row < matrix.rows; row++)
      for (let at = matrix.start[row]; at < matrix.start[row + 1]; at++) {
        byUser[row].set(matrix.columns[at], matrix.values[at] / mean)
        byItem[matrix.columns[at]].set(row, matrix.values[at] / mean)
      }
    const start = new Random(3)
    let y = ids.map(() =>
      Array.from({ length: dimension }, () => (0.1 * start.normal()) / Math.sqrt(dimension))
    )
    // In the paper's terms: the weight of one pair that was not taken, and λ.
    const alpha = (OPTIONS.unobservedWeight * matrix.values.length) / (matrix.rows * matrix.width)
    const lambda = OPTIONS.regularization / (1 + OPTIONS.unobservedWeight)
    const ridge = (others: number) => (weight: number) => lambda * (weight + alpha * others)
    for (let iteration = 0; iteration < OPTIONS.iterations; iteration++) {
      const x = halfStep(byUser, y, alpha, ridge(ids.length))
      y = halfStep(byItem, x, alpha, ridge(matrix.rows))
    }
    y.forEach((row, item) =>
      row.forEach((value, i) => expect(values[item * dimension + i]).toBeCloseTo(value, 3))
    )
    // Folding a shopper in is the same step for one row.
    const [folded] = halfStep(
      [
        new Map([
          [0, 1],
          [4, 1],
        ]),
      ],
      y,
      alpha,
      ridge(ids.length)
    )
    const factor = model.shopperFactor({ history: [ids[0], ids[4]] })!
    folded.forEach((value, i) => expect(factor[i]).toBeCloseTo(value, 3))
    const scores = ids.map((id, item) => ({ id, score: dot(folded, y[item]) }))
    const best = scores.filter(({ id }) => id !== ids[4]).sort((a, b) => b.score - a.score)
    model
      .recommend({ history: [ids[0], ids[4]] }, 20)
      .forEach(({ score }, rank) => expect(score).toBeCloseTo(best[rank].score, 3))
  })

  it("weighs the strongest event of a shopper with an item, and repeats by their logarithm", () => {
    const events: FixtureSession[] = [
      { user: "u", items: ["a"], kind: "view" },
      { user: "u", items: ["a"], kind: "purchase" },
      { user: "u", items: ["b"], kind: "cart" },
      { items: ["b"], kind: "view" },
    ]
    const options = { kindWeights: [1, 3, 5], repeatWeight: 0.5, rows: "shopper" as const, maxItems: 10 }
    const matrix = interactionMatrix(trainingFixture(events).interactions, options)
    expect([...matrix.start]).toEqual([0, 2, 3])
    expect([...matrix.columns]).toEqual([0, 1, 1])
    expect(matrix.values[0]).toBeCloseTo(5 * (1 + 0.5 * Math.log(2)), 5)
    expect([...matrix.values.slice(1)]).toEqual([3, 1])
  })

  it("places a new item near the items of its first shoppers", async () => {
    const sessions: FixtureSession[] = Array.from({ length: 80 }, (_, s) => ({
      user: `u${s}`,
      items: Array.from({ length: 4 }, () => `${s % 2 ? "red" : "blue"}${random.int(10)}`),
    }))
    const model = new Ials({ factors: 8 })
    await model.fit(trainingFixture(sessions), fitContext())
    const { ids, dimension, values } = model.itemFactors()
    const factor = model.foldInItem([
      { history: ["red1", "red2", "red4"] },
      { history: ["red3", "?", "red5"] },
      { history: ["?"] },
    ])!
    const likeness = (colour: string) => {
      const own = ids.map((id, i) => ({ id, at: i * dimension })).filter(({ id }) => id.startsWith(colour))
      return own.reduce((sum, { at }) => sum + dot([...factor], [...values.subarray(at, at + dimension)]), 0)
    }
    expect(likeness("red")).toBeGreaterThan(3 * Math.abs(likeness("blue")))
    expect(model.foldInItem([{ history: ["?"] }])).toBeUndefined()
  })
})
