import { principalComponents, project } from "./pca"
import { Random } from "./random"

/** Points along (3, 4)/5 with a little noise across it, around (10, 20). */
function cloud(count: number): Float32Array[] {
  const random = new Random(1)
  return Array.from({ length: count }, () => {
    const along = 5 * random.normal()
    const across = 0.1 * random.normal()
    return Float32Array.of(10 + 0.6 * along - 0.8 * across, 20 + 0.8 * along + 0.6 * across)
  })
}

describe("principalComponents", () => {
  it("finds the direction in which points lie apart", () => {
    const { mean, basis } = principalComponents(cloud(500), 1, 7)
    expect(mean[0]).toBeCloseTo(10, 0)
    expect(Math.abs(basis[1] / basis[0])).toBeCloseTo(4 / 3, 2)
  })

  it("evens the directions out by half: standard deviations become their roots", () => {
    const points = cloud(1000)
    const pca = principalComponents(points, 2, 7)
    const deviation = (of: (point: Float32Array) => number) =>
      Math.sqrt(points.reduce((sum, point) => sum + of(point) ** 2, 0) / points.length)
    const along = deviation(([x, y]) => 0.6 * (x - pca.mean[0]) + 0.8 * (y - pca.mean[1]))
    const across = deviation(([x, y]) => -0.8 * (x - pca.mean[0]) + 0.6 * (y - pca.mean[1]))
    expect(along).toBeGreaterThan(40 * across)
    expect(deviation((point) => project(pca, point)[0])).toBeCloseTo(Math.sqrt(along), 3)
    expect(deviation((point) => project(pca, point)[1])).toBeCloseTo(Math.sqrt(across), 3)
  })

  it("leaves directions that the points do not hold at zero, and survives none at all", () => {
    const same = [Float32Array.of(1, 2), Float32Array.of(1, 2)]
    expect([...project(principalComponents(same, 3, 7), Float32Array.of(1, 2))]).toEqual([0, 0, 0])
    expect([...project(principalComponents([], 3, 7), Float32Array.of(1, 2))]).toEqual([])
  })

  it("looks at a sample of many points, and learns the same from the same seed", () => {
    const once = principalComponents(cloud(2500), 1, 3)
    expect(principalComponents(cloud(2500), 1, 3)).toEqual(once)
    expect(Math.abs(once.basis[1] / once.basis[0])).toBeCloseTo(4 / 3, 2)
  })
})
