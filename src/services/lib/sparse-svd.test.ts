import { Random } from "./random"
import { rightSingularVectors, symmetricEigen, type SparseRows } from "./sparse-svd"

function toSparse(dense: number[][]): SparseRows {
  const start = [0]
  const columns: number[] = []
  const values: number[] = []
  for (const row of dense) {
    row.forEach((value, column) => {
      if (value === 0) return
      columns.push(column)
      values.push(value)
    })
    start.push(columns.length)
  }
  const width = dense[0]?.length ?? 0
  return {
    rows: dense.length,
    width,
    start: Int32Array.from(start),
    columns: Int32Array.from(columns),
    values: Float32Array.from(values),
  }
}

describe("symmetricEigen", () => {
  it("solves a matrix worked out by hand", () => {
    const { values, vectors } = symmetricEigen(Float64Array.of(2, 1, 1, 2), 2)
    expect([...values].map((v) => Number(v.toFixed(9)))).toEqual([3, 1])
    expect(Math.abs(vectors[0])).toBeCloseTo(Math.SQRT1_2, 9)
  })
})

describe("rightSingularVectors", () => {
  const random = new Random(9)
  /** 40 × 25 of rank 3 with singular directions of falling weight. */
  const factors = [9, 4, 1].map((weight) => ({
    weight,
    left: Array.from({ length: 40 }, () => random.normal()),
    right: Array.from({ length: 25 }, () => random.normal()),
  }))
  const dense = Array.from({ length: 40 }, (_, row) =>
    Array.from({ length: 25 }, (_, column) =>
      Math.fround(factors.reduce((sum, f) => sum + f.weight * f.left[row] * f.right[column], 0))
    )
  )

  it("finds the same space as a dense eigendecomposition of AᵀA", () => {
    const gram = new Float64Array(25 * 25)
    for (const row of dense)
      for (let i = 0; i < 25; i++) for (let j = 0; j < 25; j++) gram[i * 25 + j] += row[i] * row[j]
    const exact = symmetricEigen(gram, 25).vectors
    const found = rightSingularVectors(toSparse(dense), 3, 1)
    for (let c = 0; c < 3; c++) {
      let dot = 0
      for (let row = 0; row < 25; row++) dot += found[row * 3 + c] * exact[row * 25 + c]
      expect(Math.abs(dot)).toBeCloseTo(1, 5)
    }
  })

  it("leaves columns beyond the rank at zero", () => {
    const found = rightSingularVectors(toSparse(dense), 6, 1)
    for (let row = 0; row < 25; row++) for (let c = 4; c < 6; c++) expect(found[row * 6 + c]).toBe(0)
  })

  it("bears an empty matrix", () => {
    expect(rightSingularVectors(toSparse([]), 4, 1)).toHaveLength(0)
  })
})
