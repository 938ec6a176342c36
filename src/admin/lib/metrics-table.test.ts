import { metricsTable, splitMetric } from "./metrics-table"

describe("metricsTable", () => {
  it("puts popularity first, then the others by the first metric", () => {
    const { metrics, rows } = metricsTable({
      weak: { "hr@20": 0.05 },
      popularity: { "hr@20": 0.1, "mrr@20": 0.02 },
      strong: { "hr@20": 0.3, "mrr@20": 0.05 },
    })
    expect(metrics).toEqual(["hr@20", "mrr@20"])
    expect(rows.map(({ model }) => model)).toEqual(["popularity", "strong", "weak"])
    expect(rows[0]).toMatchObject({ baseline: true, cells: [{ value: 0.1 }, { value: 0.02 }] })
    expect(rows[1]!.cells[0]!.lift).toBeCloseTo(2)
    expect(rows[2]!.cells[0]!.lift).toBeCloseTo(-0.5)
    expect(rows[2]!.cells[1]).toBeUndefined()
  })

  it("reads bounds as intervals, and examples as counts", () => {
    const measured = (hr: number) => ({
      "hr@20": hr,
      "hr@20_low": hr / 2,
      "hr@20_high": hr * 2,
      examples: 900,
      "basket_hr@20": hr / 2,
      basket_examples: 40,
      validate_seconds: 3,
      fit_seconds: 2,
      peak_mb: 300,
    })
    const { metrics, rows, counts } = metricsTable({ popularity: measured(0.1), "vmis-knn": measured(0.2) })
    expect(metrics).toEqual(["hr@20", "basket_hr@20"])
    expect(counts).toEqual({ examples: 900, basket_examples: 40 })
    expect(rows[1]!.cells).toEqual([
      { value: 0.2, interval: { low: 0.1, high: 0.4 }, lift: 1 },
      { value: 0.1, lift: 1 },
    ])
  })

  it("claims no lift where there is nothing to compare with, or more is not better", () => {
    const { rows } = metricsTable({
      popularity: { "hr@20": 0, "coverage@20": 0.01 },
      model: { "hr@20": 0.2, "coverage@20": 0.8 },
    })
    expect(rows[1]!.cells).toEqual([{ value: 0.2 }, { value: 0.8 }])
    expect(metricsTable({ model: { "hr@20": 0.2 } }).rows[0]!.cells).toEqual([{ value: 0.2 }])
  })

  it("leaves out what was not measured", () => {
    expect(metricsTable({})).toEqual({ metrics: [], rows: [], counts: {} })
    expect(metricsTable({ "text-lsa": {} }).rows).toEqual([])
    expect(metricsTable({ model: { "hr@20": Number.NaN } }).rows[0]!.cells).toEqual([undefined])
  })
})

describe("splitMetric", () => {
  it("parts the name from the length of the list", () => {
    expect(splitMetric("nDCG@20")).toEqual({ name: "ndcg", at: "20" })
    expect(splitMetric("coverage")).toEqual({ name: "coverage", at: undefined })
  })
})
