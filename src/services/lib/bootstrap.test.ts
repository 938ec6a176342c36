import { bootstrapMean, pairedBootstrap } from "./bootstrap"
import { Random } from "./random"

describe("bootstrapMean", () => {
  const random = new Random(2)
  const values = Array.from({ length: 400 }, () => random.normal())

  it("comes near the normal interval of independent values", () => {
    const { mean, low, high } = bootstrapMean(values)
    const sd = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length)
    expect(mean - low).toBeCloseTo((1.96 * sd) / 20, 1)
    expect(high - mean).toBeCloseTo((1.96 * sd) / 20, 1)
  })

  it("widens when values come in clusters that agree with themselves", () => {
    const repeated = values.slice(0, 40).flatMap((value) => Array(10).fill(value) as number[])
    const clusters = repeated.map((_, i) => Math.floor(i / 10))
    const width = ({ low, high }: { low: number; high: number }) => high - low
    expect(width(bootstrapMean(repeated, clusters)) / width(bootstrapMean(repeated))).toBeGreaterThan(2)
  })

  it("is the same for the same seed, and differs for another", () => {
    expect(bootstrapMean(values, undefined, { seed: 5 })).toEqual(
      bootstrapMean(values, undefined, { seed: 5 })
    )
    expect(bootstrapMean(values, undefined, { seed: 5 })).not.toEqual(
      bootstrapMean(values, undefined, { seed: 6 })
    )
  })

  it("gives zeros for no values, and no width for equal ones", () => {
    expect(bootstrapMean([])).toEqual({ mean: 0, low: 0, high: 0 })
    expect(bootstrapMean([2, 2, 2])).toEqual({ mean: 2, low: 2, high: 2 })
  })
})

describe("pairedBootstrap", () => {
  it("finds a small difference that the noise common to both would hide", () => {
    const random = new Random(4)
    const a = Array.from({ length: 200 }, () => 10 * random.normal())
    const b = a.map((value) => value - 0.1)
    const { mean, low, high } = pairedBootstrap(a, b)
    for (const value of [mean, low, high]) expect(value).toBeCloseTo(0.1, 9)
  })
})
