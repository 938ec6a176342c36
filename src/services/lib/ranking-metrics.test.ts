import { listMetrics, pessimisticRanks } from "./ranking-metrics"

const list = (...scores: [string, number][]) => scores.map(([id, score]) => ({ id, score }))

describe("pessimisticRanks", () => {
  it("counts from 1", () => {
    expect(pessimisticRanks(list(["a", 3], ["b", 2], ["c", 1]), new Set(["b"]))).toEqual([2])
  })

  it("puts the target behind all items of the same score", () => {
    expect(pessimisticRanks(list(["a", 3], ["b", 2], ["c", 2], ["d", 2], ["e", 1]), new Set(["b"]))).toEqual([
      4,
    ])
  })

  it("puts several targets of one score at its last places", () => {
    const ranks = pessimisticRanks(list(["a", 2], ["b", 2], ["c", 2], ["d", 1]), new Set(["a", "b", "d"]))
    expect(ranks).toEqual([2, 3, 4])
  })

  it("leaves out what is not in the list", () => {
    expect(pessimisticRanks(list(["a", 1]), new Set(["x"]))).toEqual([])
  })
})

describe("listMetrics", () => {
  it("gives full marks to a perfect list", () => {
    expect(listMetrics([1, 2, 3], 3, 20)).toEqual({ hr: 1, mrr: 1, ndcg: 1, recall: 1, map: 1 })
  })

  it("agrees with figures worked out by hand", () => {
    const metrics = listMetrics([2, 5], 4, 10)
    expect(metrics.hr).toBe(1)
    expect(metrics.mrr).toBe(0.5)
    expect(metrics.recall).toBe(0.5)
    expect(metrics.map).toBeCloseTo((1 / 2 + 2 / 5) / 4, 12)
    const ideal = 1 + 1 / Math.log2(3) + 1 / 2 + 1 / Math.log2(5)
    expect(metrics.ndcg).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(6)) / ideal, 12)
  })

  it("ignores what stands behind k", () => {
    expect(listMetrics([21], 1, 20)).toEqual({ hr: 0, mrr: 0, ndcg: 0, recall: 0, map: 0 })
  })

  it("divides by what k places can hold", () => {
    expect(listMetrics([1, 2], 100, 2)).toMatchObject({ ndcg: 1, map: 1, recall: 0.02 })
  })
})
