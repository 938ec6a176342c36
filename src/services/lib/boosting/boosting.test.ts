import { Random } from "../random"
import {
  BOOSTING_DEFAULTS,
  BoostedTrees,
  lambdaObjective,
  quantileEdges,
  softmaxObjective,
  toBins,
  type RankingLists,
} from "."
import { growTree } from "./tree"

const random = new Random(7)

/** Lists of ten rows with three features; the row with the highest a + (b > 0.5 ? c : −c) is the right one. */
function planted(lists: number, seed: number): RankingLists {
  const draw = new Random(seed)
  const values = new Float32Array(lists * 30).map(() => draw.next())
  const labels = new Float32Array(lists * 10)
  const start = Int32Array.from({ length: lists + 1 }, (_, list) => list * 10)
  for (let list = 0; list < lists; list++) {
    const worth = Array.from({ length: 10 }, (_, i) => {
      const [a, b, c] = values.subarray((list * 10 + i) * 3, (list * 10 + i) * 3 + 3)
      return a + (b > 0.5 ? c : -c)
    })
    labels[list * 10 + worth.indexOf(Math.max(...worth))] = 1
  }
  return { width: 3, values, labels, start }
}

/** Share of the lists whose right row has the highest score. */
function hits(trees: BoostedTrees, { width, values, labels, start }: RankingLists): number {
  const scores = new Float64Array(labels.length)
  trees.predict({ width, values }, labels.length, scores)
  let right = 0
  for (let list = 0; list < start.length - 1; list++) {
    const own = [...scores.subarray(start[list], start[list + 1])]
    if (labels[start[list] + own.indexOf(Math.max(...own))] === 1) right++
  }
  return right / (start.length - 1)
}

describe("quantileEdges and toBins", () => {
  it("puts every value of a feature with few values into a bin of its own", () => {
    const rows = { width: 1, values: Float32Array.of(3, 1, 2, 1, 3, 3) }
    const edges = quantileEdges(rows)
    expect([...edges[0]]).toEqual([1, 2])
    expect([...toBins(rows, edges)]).toEqual([2, 0, 1, 0, 2, 2])
  })

  it("spends few edges on a frequent value and fills the bins of the others evenly", () => {
    const values = new Float32Array(10_000).map((_, i) => (i < 6_000 ? 0 : random.next()))
    const rows = { width: 1, values }
    const bins = toBins(rows, quantileEdges(rows))
    const counts = new Int32Array(64)
    for (const bin of bins) counts[bin]++
    expect(counts[0]).toBe(6_000)
    expect(Math.max(...counts.slice(1))).toBeLessThan(400)
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(20)
  })
})

describe("growTree", () => {
  it("finds the split that a search over all of them finds", () => {
    const width = 4
    const rows = 60
    const bins = new Uint8Array(rows * width).map(() => random.int(8))
    const gradient = new Float32Array(rows).map(() => random.normal())
    const hessian = new Float32Array(rows).map(() => 0.1 + random.next())
    const gain = (feature: number, bin: number) => {
      const sums = { left: [0, 0], right: [0, 0] }
      for (let row = 0; row < rows; row++) {
        const side = bins[row * width + feature] <= bin ? sums.left : sums.right
        side[0] += gradient[row]
        side[1] += hessian[row]
      }
      const [left, right] = [sums.left, sums.right]
      if (left[1] < 1 || right[1] < 1) return -Infinity
      const whole = (left[0] + right[0]) ** 2 / (left[1] + right[1] + 1)
      return left[0] ** 2 / (left[1] + 1) + right[0] ** 2 / (right[1] + 1) - whole
    }
    const all = Array.from({ length: width * 7 }, (_, i) => ({
      feature: i % width,
      bin: Math.floor(i / width),
    }))
    const best = all.reduce((a, b) => (gain(b.feature, b.bin) > gain(a.feature, a.bin) ? b : a))
    const options = { leaves: 2, minWeight: 1, lambda: 1, featureShare: 1 }
    const tree = growTree(
      bins,
      width,
      Int32Array.from({ length: rows }, (_, i) => i),
      gradient,
      hessian,
      options,
      random
    )
    expect({ feature: tree.feature[0], bin: tree.bin[0] }).toEqual(best)
    const left = [...gradient.keys()].filter((row) => bins[row * width + best.feature] <= best.bin)
    const sum = (array: Float32Array) => left.reduce((total, row) => total + array[row], 0)
    expect(tree.value[tree.left[0]]).toBeCloseTo(-sum(gradient) / (sum(hessian) + 1), 6)
  })
})

describe("softmaxObjective", () => {
  it("gives the derivative of its loss", () => {
    const scores = Float64Array.of(0.3, -1, 2, 0.5)
    const labels = Float32Array.of(0, 1, 1, 0)
    const gradient = new Float32Array(4)
    const hessian = new Float32Array(4)
    softmaxObjective(scores, labels, 0, 4, gradient, hessian)
    const loss = (at: number, step: number) => {
      const moved = scores.map((score, i) => (i === at ? score + step : score))
      return softmaxObjective(moved, labels, 0, 4, new Float32Array(4), new Float32Array(4))
    }
    for (let at = 0; at < 4; at++) {
      expect(gradient[at]).toBeCloseTo((loss(at, 1e-4) - loss(at, -1e-4)) / 2e-4, 5)
      expect(hessian[at]).toBeCloseTo((loss(at, 1e-3) + loss(at, -1e-3) - 2 * loss(at, 0)) / 1e-6, 4)
    }
  })

  it("teaches nothing where nothing is right", () => {
    const gradient = new Float32Array(2)
    expect(
      softmaxObjective(Float64Array.of(1, 2), new Float32Array(2), 0, 2, gradient, new Float32Array(2))
    ).toBe(0)
    expect([...gradient]).toEqual([0, 0])
  })
})

describe("lambdaObjective", () => {
  it("gives the derivative of its loss where no place changes", () => {
    const scores = Float64Array.of(0.3, -1, 2, 0.5)
    const labels = Float32Array.of(0, 1, 3, 0)
    const gradient = new Float32Array(4)
    lambdaObjective(scores, labels, 0, 4, gradient, new Float32Array(4))
    const loss = (at: number, step: number) => {
      const moved = scores.map((score, i) => (i === at ? score + step : score))
      return lambdaObjective(moved, labels, 0, 4, new Float32Array(4), new Float32Array(4))
    }
    for (let at = 0; at < 4; at++)
      expect(gradient[at]).toBeCloseTo((loss(at, 1e-4) - loss(at, -1e-4)) / 2e-4, 5)
  })

  it("pulls hardest on what matters for the top of the list, and teaches nothing where nothing is right", () => {
    const gradient = new Float32Array(4)
    lambdaObjective(
      Float64Array.of(4, 3, 2, 1),
      Float32Array.of(0, 0, 0, 1),
      0,
      4,
      gradient,
      new Float32Array(4)
    )
    expect(gradient[3]).toBeLessThan(0)
    expect(gradient[0]).toBeGreaterThan(gradient[2])
    lambdaObjective(Float64Array.of(1, 2), new Float32Array(2), 0, 2, gradient, new Float32Array(2))
    expect([...gradient.subarray(0, 2)]).toEqual([0, 0])
  })
})

describe("BoostedTrees", () => {
  const options = { ...BOOSTING_DEFAULTS, trees: 120 }
  const fit = (lists: RankingLists, more = {}) =>
    BoostedTrees.fit(lists, softmaxObjective, { ...options, ...more }, { seed: 1 })

  it("learns an interaction that no sum of single features can express", () => {
    const trees = fit(planted(2_000, 1))
    expect(hits(trees, planted(500, 2))).toBeGreaterThan(0.8)
  })

  it("learns the same by lambdas, and from scores that it is given", () => {
    const lists = planted(2_000, 1)
    const trees = BoostedTrees.fit(lists, lambdaObjective, options, { seed: 1 })
    expect(hits(trees, planted(500, 2))).toBeGreaterThan(0.8)
    // Scores that know it all already leave next to nothing to learn.
    const initial = Float64Array.from({ length: lists.labels.length }, (_, row) => {
      const [a, b, c] = lists.values.subarray(row * 3, row * 3 + 3)
      return 200 * (a + (b > 0.5 ? c : -c))
    })
    expect(fit({ ...lists, initial }).size).toBeLessThan(trees.size / 2)
  })

  it("never lowers a score for a greater value of a monotone feature", () => {
    const draw = new Random(9)
    const lists = planted(1_000, 5)
    // Falls and rises by turns, so that free trees follow it down.
    lists.labels.forEach((_, row) => {
      const [a] = lists.values.subarray(row * 3, row * 3 + 3)
      lists.labels[row] = (Math.floor(a * 6) % 2 === 0) === draw.next() < 0.9 ? 1 : 0
    })
    const falls = (monotone?: number[]) => {
      const trees = fit(lists, { monotone })
      const rows = Float32Array.from({ length: 3 * 200 }, (_, at) => (at % 3 === 0 ? at / 600 : 0.5))
      const scores = new Float64Array(200)
      trees.predict({ width: 3, values: rows }, 200, scores)
      return scores.filter((score, i) => i > 0 && score < scores[i - 1] - 1e-9).length
    }
    expect(falls()).toBeGreaterThan(0)
    expect(falls([1, 0, 0])).toBe(0)
  })

  it("follows the few lists that count more, which greater labels do not bring about", () => {
    // Two rows a list: in one of four lists the second is right, and such a list counts nine times as much.
    const seldom = Array.from({ length: 400 }, (_, list) => list % 4 === 0)
    const lists = {
      width: 1,
      values: Float32Array.from(seldom.flatMap(() => [0, 1])),
      labels: Float32Array.from(seldom.flatMap((second) => (second ? [0, 1] : [1, 0]))),
      start: Int32Array.from({ length: 401 }, (_, list) => 2 * list),
    }
    const second = (change: Partial<RankingLists>) => {
      const trees = BoostedTrees.fit({ ...lists, ...change }, lambdaObjective, BOOSTING_DEFAULTS, { seed: 1 })
      const scores = new Float64Array(2)
      trees.predict(lists, 2, scores)
      return scores[1] - scores[0]
    }
    expect(second({})).toBeLessThan(0)
    expect(
      second({ labels: lists.labels.map((label, row) => (seldom[row >> 1] ? 9 : 1) * label) })
    ).toBeLessThan(0)
    expect(second({ weights: Float32Array.from(seldom, (second) => (second ? 9 : 1)) })).toBeGreaterThan(0)
  })

  it("stops early when there is nothing to learn", () => {
    const noise = planted(400, 3)
    const labels = new Float32Array(noise.labels.length)
    for (let list = 0; list < 400; list++) labels[list * 10 + random.int(10)] = 1
    expect(fit({ ...noise, labels }).size).toBeLessThan(40)
  })

  it("is the same for a seed, and after it was saved and loaded", () => {
    const lists = planted(300, 4)
    const trees = fit(lists)
    expect(fit(lists).save()).toEqual(trees.save())
    const again = BoostedTrees.load(structuredClone(trees.save()))
    const scores = [new Float64Array(3_000), new Float64Array(3_000)]
    trees.predict(lists, 3_000, scores[0])
    again.predict(lists, 3_000, scores[1])
    expect(scores[1]).toEqual(scores[0])
  })
})
