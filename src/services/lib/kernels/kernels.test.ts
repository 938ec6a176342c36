import { Random } from "../random"
import { KernelMemory } from "./kernel-memory"
import { instantiateKernels } from "./kernels"
import { SymmetricMatrix } from "./symmetric-matrix"

const random = (length: number, seed = 1): Float32Array => {
  const source = new Random(seed)
  return Float32Array.from({ length }, () => source.normal())
}

/** Largest difference, over the largest value. */
function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let most = 0
  let scale = 0
  for (let i = 0; i < expected.length; i++) {
    most = Math.max(most, Math.abs(actual[i] - expected[i]))
    scale = Math.max(scale, Math.abs(expected[i]))
  }
  return most / scale
}

function product(a: ArrayLike<number>, b: ArrayLike<number>, rows: number, depth: number, columns: number) {
  const c = new Float64Array(rows * columns)
  for (let i = 0; i < rows; i++)
    for (let k = 0; k < depth; k++)
      for (let j = 0; j < columns; j++) c[i * columns + j] += a[i * depth + k] * b[k * columns + j]
  return c
}

const transposed = (a: ArrayLike<number>, rows: number, columns: number) =>
  Float64Array.from({ length: rows * columns }, (_, i) => a[(i % rows) * columns + Math.floor(i / rows)])

/** Gauss–Jordan with 64-bit floats. */
function inverse(matrix: ArrayLike<number>, n: number): Float64Array {
  const a = Float64Array.from(matrix)
  const b = Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) === 0 ? 1 : 0))
  for (let k = 0; k < n; k++) {
    const over = 1 / a[k * n + k]
    for (let j = 0; j < n; j++) {
      a[k * n + j] *= over
      b[k * n + j] *= over
    }
    for (let i = 0; i < n; i++) {
      const factor = i === k ? 0 : a[i * n + k]
      for (let j = 0; j < n; j++) {
        a[i * n + j] -= factor * a[k * n + j]
        b[i * n + j] -= factor * b[k * n + j]
      }
    }
  }
  return b
}

describe("kernels, against 64-bit floats", () => {
  it.each([
    [4, 1, 8],
    [12, 37, 24],
    [64, 200, 64],
  ])("multiply %i × %i × %i", (rows, depth, columns) => {
    const memory = new KernelMemory()
    const [a, b] = [random(rows * depth), random(depth * columns, 2)]
    const c = memory.reserve(rows * columns * 4)
    const packed = memory.reserve(depth * 48)
    memory.kernels.gemm(memory.place(a), memory.place(b), c, rows, depth, columns, packed)
    expect(difference(memory.floats(c, rows * columns), product(a, b, rows, depth, columns))).toBeLessThan(
      1e-6
    )
  })

  it.each([
    [1, 8],
    [333, 24],
    [1000, 64],
  ])("make the Gram matrix of %i rows of %i", (rows, d) => {
    const memory = new KernelMemory()
    const x = random(rows * d)
    const out = memory.reserve(d * d * 4)
    memory.kernels.gram(memory.place(x), rows, d, out)
    const expected = product(transposed(x, rows, d), x, d, rows, d)
    expect(difference(memory.floats(out, d * d), expected)).toBeLessThan(1e-6)
  })

  it.each([1, 5, 128, 129, 300])("invert a positive definite matrix of %i rows", async (n) => {
    const x = random(n * 2 * n)
    const full = product(transposed(x, 2 * n, n), x, n, 2 * n, n)
    const memory = new KernelMemory()
    const matrix = new SymmetricMatrix(memory, n)
    for (let i = 0; i < n; i++) {
      full[i * n + i] += 0.1 * n
      for (let j = 0; j <= i; j++) matrix.add(i, j, full[i * n + j])
    }
    const shares: number[] = []
    await matrix.invert(await memory.crew(undefined, 0), (share) => shares.push(share))
    const negative = new Float32Array(n * n)
    matrix.forEachRow((row, values) => negative.set(values, row * n))
    expect(
      difference(
        negative.map((value) => -value),
        inverse(full, n)
      )
    ).toBeLessThan(1e-5)
    expect(shares.at(-1)).toBe(1)
  })

  it("refuse to invert what is not positive definite", async () => {
    const memory = new KernelMemory()
    const matrix = new SymmetricMatrix(memory, 3)
    for (const [i, j, value] of [
      [0, 0, 1],
      [1, 1, 1],
      [2, 2, 1],
      [1, 0, 2],
    ])
      matrix.add(i, j, value)
    await expect(matrix.invert(await memory.crew(undefined, 0), () => {})).rejects.toMatchObject({
      code: "invalid_input",
    })
  })

  it("solve by conjugate gradient, row by row", () => {
    const [users, items, d] = [3, 20, 16]
    const y = random(items * d)
    const gram = product(transposed(y, items, d), y, d, items, d).map((value) => 0.1 * value)
    const start = Int32Array.of(0, 4, 4, 9)
    const columns = Int32Array.of(3, 4, 5, 19, 0, 1, 2, 3, 7)
    const weights = Float32Array.of(1, 2, 1, 5, 1, 1, 1, 1, 3)
    const ridges = Float32Array.of(0.5, 1, 2)
    const memory = new KernelMemory()
    const x = memory.place(random(users * d, 5))
    memory.kernels.conjugateGradient(
      0,
      users,
      ...([start, columns, weights, y, Float32Array.from(gram), ridges].map((array) =>
        memory.place(array)
      ) as [number, number, number, number, number, number]),
      x,
      d,
      40,
      memory.reserve(3 * d * 4)
    )
    for (let user = 0; user < users; user++) {
      const a = Float64Array.from(gram)
      const b = new Float64Array(d)
      for (let i = 0; i < d; i++) a[i * d + i] += ridges[user]
      for (let at = start[user]; at < start[user + 1]; at++) {
        const own = y.subarray(columns[at] * d, (columns[at] + 1) * d)
        for (let i = 0; i < d; i++) {
          b[i] += weights[at] * own[i]
          for (let j = 0; j < d; j++) a[i * d + j] += weights[at] * own[i] * own[j]
        }
      }
      const solved = memory.floats(x, users * d).slice(user * d, (user + 1) * d)
      if (start[user] === start[user + 1]) expect([...solved]).toEqual(new Array(d).fill(0))
      else expect(difference(solved, product(inverse(a, d), b, d, d, 1))).toBeLessThan(1e-3)
    }
  })

  it("leave the memory as it is when another thread makes them ready", () => {
    const memory = new KernelMemory()
    const own = memory.place(new Float32Array(10_000).fill(7))
    instantiateKernels(memory.memory)
    expect(memory.floats(own, 10_000).every((value) => value === 7)).toBe(true)
    expect(new Uint8Array(memory.memory.buffer, 0, own).some((value) => value !== 0)).toBe(true)
  })

  it("score rows", () => {
    const memory = new KernelMemory()
    const [x, query] = [random(50 * 24), random(24, 2)]
    const scores = memory.reserve(200)
    memory.kernels.scoreRows(memory.place(x), 50, 24, memory.place(query), scores)
    expect(difference(memory.floats(scores, 50), product(x, query, 50, 24, 1))).toBeLessThan(1e-6)
  })
})
