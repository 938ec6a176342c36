import { Random } from "./random"
import { applyRidge, observe, ridgeSystem, solveRidge } from "./ridge"

/** y = (2a − b + 1, 3b) */
function planted(noise: number) {
  const random = new Random(1)
  const system = ridgeSystem(2, 2)
  for (let i = 0; i < 400; i++) {
    const [a, b] = [random.normal(), random.normal()]
    const y = [2 * a - b + 1, 3 * b].map((value) => value + noise * random.normal())
    observe(system, Float32Array.of(a, b), Float32Array.from(y), 1)
  }
  return system
}

describe("ridge regression", () => {
  it("finds planted coefficients and the intercept", () => {
    const found = solveRidge(planted(0.1), 1e-6)
    const wanted = [2, 0, -1, 3, 1, 0]
    found.forEach((value, i) => expect(value).toBeCloseTo(wanted[i], 1))
    const y = applyRidge(found, Float32Array.of(1, 1))
    expect(y[0]).toBeCloseTo(2, 1)
    expect(y[1]).toBeCloseTo(3, 1)
  })

  it("shrinks by hand-computed shares: one input of variance 1 and penalty 1 halves its coefficient", () => {
    const system = ridgeSystem(1, 1)
    observe(system, Float32Array.of(1), Float32Array.of(4), 1)
    observe(system, Float32Array.of(-1), Float32Array.of(-2), 1)
    const [slope, intercept] = solveRidge(system, 1)
    expect(slope).toBeCloseTo(1.5, 9)
    expect(intercept).toBeCloseTo(1, 9)
  })

  it("counts an observation by its weight", () => {
    const twice = ridgeSystem(1, 1)
    const heavy = ridgeSystem(1, 1)
    for (const [x, y, weight] of [
      [1, 2, 2],
      [3, 5, 1],
    ]) {
      for (let i = 0; i < weight; i++) observe(twice, Float32Array.of(x), Float32Array.of(y), 1)
      observe(heavy, Float32Array.of(x), Float32Array.of(y), weight)
    }
    expect(solveRidge(heavy, 0.1)).toEqual(solveRidge(twice, 0.1))
  })

  it("gives zeros when nothing was observed", () => {
    expect([...solveRidge(ridgeSystem(2, 1), 1)]).toEqual([0, 0, 0])
  })
})
