import { KernelMemory, Random } from "../lib"
import { fitContext, trainingFixture, type FixtureSession } from "../testing/training-fixture"
import { bpr } from "./bpr"
import { PairwiseFoldIn } from "./bpr-fold-in"

const D = 8
const RATE = 0.1
const SHRINK = 0.01

describe("BPR", () => {
  it("takes the step of the paper", () => {
    const random = new Random(2)
    const values = (rows: number) => Float32Array.from({ length: rows * D }, () => random.normal())
    const [x, y] = [values(1), values(2)]
    x[D - 1] = 1
    const memory = new KernelMemory()
    const places = [Int32Array.of(0, 1), Int32Array.of(0), Int32Array.of(0)].map((array) =>
      memory.place(array)
    )
    const [atX, atY] = [memory.place(x), memory.place(y)]
    const [start, columns, owners] = places
    // Of two items the one that was taken is drawn as well, and passed over; the first step that is one is judged.
    let state = 12_345
    for (let draw = 0; draw < 50 && memory.floats(atX, 1)[0] === x[0]; draw++)
      state = memory.kernels.pairwiseSteps(
        ...[1, state, start, columns, owners, 1, 2, atX, atY, D, RATE, SHRINK]
      )
    const [better, worse] = [y.subarray(0, D), y.subarray(D)]
    const apart = x.reduce((sum, value, i) => sum + value * (better[i] - worse[i]), 0)
    const wrong = 1 / (1 + Math.exp(apart))
    for (let i = 0; i < D; i++) {
      const shopper = x[i] + RATE * (wrong * (better[i] - worse[i]) - SHRINK * x[i])
      expect(memory.floats(atX, D)[i]).toBeCloseTo(i === D - 1 ? 1 : shopper, 5)
      expect(memory.floats(atY, D)[i]).toBeCloseTo(better[i] + RATE * (wrong * x[i] - SHRINK * better[i]), 5)
      expect(memory.floats(atY, 2 * D)[D + i]).toBeCloseTo(
        worse[i] - RATE * (wrong * x[i] + SHRINK * worse[i]),
        5
      )
    }
  })

  it("folds a shopper in to where no small move betters the likelihood", () => {
    const random = new Random(4)
    const factors = Float32Array.from({ length: 200 * D }, () => 0.5 * random.normal())
    const ridge = 0.05
    const foldIn = new PairwiseFoldIn(factors, D, ridge)
    const factor = foldIn.factor([17, 40], [1, 0.5])
    expect(factor[D - 1]).toBe(1)
    const drawn = new Random(1)
    const others = Array.from({ length: 32 }, () => drawn.int(200))
    const loss = (x: Float32Array) => {
      const pair = (row: number, other: number) =>
        Math.log(1 + Math.exp(foldIn.product(x, other) - foldIn.product(x, row))) / 32
      const sum = others.reduce((all, other) => all + pair(17, other) / 1.5 + pair(40, other) / 3, 0)
      return sum + (ridge / 2) * x.slice(0, D - 1).reduce((all, value) => all + value ** 2, 0)
    }
    for (let i = 0; i < D - 1; i++)
      for (const move of [-0.05, 0.05]) {
        const moved = factor.slice()
        moved[i] += move
        expect(loss(moved)).toBeGreaterThan(loss(factor))
      }
  })

  it("learns apart what is taken by different shoppers", async () => {
    const random = new Random(3)
    const sessions: FixtureSession[] = Array.from({ length: 200 }, (_, s) => ({
      user: `u${s}`,
      items: Array.from({ length: 5 }, () => `${s % 2 ? "red" : "blue"}${random.int(15)}`),
    }))
    const model = bpr.create({ factors: 16 })
    await model.fit(trainingFixture(sessions), fitContext())
    const list = model.recommend({ history: ["red1", "red2", "red3"] }, 10)
    expect(list.filter(({ id }) => id.startsWith("red")).length).toBeGreaterThanOrEqual(9)
  })
})
