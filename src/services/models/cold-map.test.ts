import { Random } from "../lib"
import { ColdMap, type ColdMapData } from "./cold-map"
import { toUnit } from "./text-space"

const WIDTH = 8
const OUTPUTS = 3

/** Factors are a linear function of content, plus what the items of one brand have beyond it. */
function planted(items: number, noise = 0.01): ColdMapData & { wanted: Float32Array[] } {
  const random = new Random(2)
  const map = Array.from({ length: WIDTH * OUTPUTS }, () => random.normal())
  const vectors = Array.from({ length: items }, () =>
    toUnit(Float32Array.from({ length: WIDTH }, () => random.normal()))
  )
  const wanted = vectors.map((vector) =>
    Float32Array.from({ length: OUTPUTS }, (_, o) =>
      vector.reduce((sum, value, d) => sum + value * map[d * OUTPUTS + o], 0.5 + noise * random.normal())
    )
  )
  const factors = Float32Array.from(wanted.flatMap((factor) => [...factor]))
  return {
    vectors,
    factors,
    weights: new Float32Array(items).fill(1),
    width: WIDTH,
    outputs: OUTPUTS,
    wanted,
  }
}

function cosine(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, o) => sum + value * b[o], 0) / (Math.hypot(...a) * Math.hypot(...b))
}

function distance(a: Float32Array | undefined, b: Float32Array): number {
  return Math.hypot(...b.map((value, o) => value - (a?.[o] ?? NaN)))
}

describe("ColdMap", () => {
  it("foretells the factor of an item that nobody has seen", () => {
    const { wanted, ...data } = planted(400)
    data.weights[7] = 0
    data.factors.fill(99, 7 * OUTPUTS, 8 * OUTPUTS)
    const map = new ColdMap()
    map.fit(data)
    expect(distance(map.foretell(data.vectors[7]), wanted[7])).toBeLessThan(0.1)
  })

  it("says what similar items have beyond the regression", () => {
    const { wanted, ...data } = planted(400)
    const twins = [10, 11, 12].map((item) => (data.vectors as Float32Array[])[item])
    for (const twin of twins) twin.set(twins[0])
    // Two of three items with the same content turn out to be the opposite of what their content says.
    const opposite = wanted[10].map((value) => -5 * value)
    for (const item of [10, 11]) data.factors.set(opposite, item * OUTPUTS)
    data.weights[12] = 0
    const corrected = new ColdMap()
    corrected.fit(data)
    data.weights[10] = data.weights[11] = 0
    const plain = new ColdMap()
    plain.fit(data)
    const agreement = (map: ColdMap) => cosine(map.foretell(twins[2])!, wanted[10])
    expect(agreement(plain)).toBeGreaterThan(0.9)
    expect(agreement(corrected)).toBeLessThan(0)
  })

  it("lets an item not speak for itself when asked so", () => {
    const { wanted: _, ...data } = planted(100)
    data.factors.set([50, 50, 50], 0)
    const map = new ColdMap()
    map.fit(data)
    expect(map.foretell(data.vectors[0])![0]).toBeGreaterThan(map.foretell(data.vectors[0], 0)![0])
  })

  it("stretches what it foretells to the length of what was learned", () => {
    const { wanted: _, ...data } = planted(600, 2)
    const map = new ColdMap()
    map.fit(data)
    let [learned, foretold] = [0, 0]
    data.vectors.forEach((vector, item) => {
      for (let o = 0; o < OUTPUTS; o++) learned += data.factors[item * OUTPUTS + o] ** 2
      for (const value of map.foretell(vector, item)!) foretold += value ** 2
    })
    expect(foretold / learned).toBeCloseTo(1, 0)
  })

  it("says nothing where it learned nothing, or content says nothing", () => {
    const map = new ColdMap()
    expect(map.foretell(Float32Array.of(1, 0))).toBeUndefined()
    const { wanted: _, ...data } = planted(20)
    map.fit(data)
    expect(map.foretell(undefined)).toBeUndefined()
    expect(map.foretell(new Float32Array(WIDTH))).toBeUndefined()
    map.fit({ ...data, weights: new Float32Array(20) })
    expect(map.foretell(data.vectors[0])).toBeUndefined()
  })

  it("answers the same after it was saved and loaded", () => {
    const { wanted: _, ...data } = planted(50)
    const map = new ColdMap()
    map.fit(data)
    const again = new ColdMap()
    again.load(structuredClone(map.save()))
    expect(again.foretell(data.vectors[3])).toEqual(map.foretell(data.vectors[3]))
  })
})
