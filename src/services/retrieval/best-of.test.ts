import { Random } from "../lib"
import { bestOf } from "./best-of"
import { VectorTable } from "./vector-table"
import { dot } from "./vectors"

it("takes the first of the sorted numbers", () => {
  const random = new Random(2)
  for (let n = 0; n < 200; n++) {
    const values = Array.from({ length: random.int(60) }, () => random.int(20))
    const before = (a: number, b: number) => (values[a] === values[b] ? a < b : values[a] > values[b])
    const sorted = values.map((_, i) => i).sort((a, b) => (before(a, b) ? -1 : 1))
    const k = random.int(70)
    expect([...bestOf(values.length, k, before)]).toEqual(sorted.slice(0, k))
  }
})

describe("VectorTable", () => {
  it("holds what a map would hold, in as many rows as there were vectors at a time", () => {
    const random = new Random(4)
    const table = new VectorTable(3)
    const plain = new Map<string, Float32Array>()
    const query = Float32Array.of(0.5, -1, 2)
    let most = 0
    for (let n = 0; n < 20_000; n++) {
      const id = `p${random.int(9_000)}`
      if (random.next() < 0.3) {
        table.delete(id)
        plain.delete(id)
      } else {
        const vector = Float32Array.of(random.next(), random.next(), random.next())
        table.set(id, vector)
        plain.set(id, vector)
      }
      most = Math.max(most, plain.size)
    }
    expect([table.size, table.end]).toEqual([plain.size, most])
    expect([...table.ids()].sort()).toEqual([...plain.keys()].sort())
    // More rows than one block holds.
    expect(most).toBeGreaterThan(4_096)
    for (const [id, vector] of plain) {
      const row = table.rowOf(id)
      if (table.idOf(row) !== id || table.dot(row, query) !== dot(vector, query))
        throw new Error(`${id} is wrong`)
    }
    expect(table.get("p-none")).toBeUndefined()
    expect(table.get([...plain.keys()][0])).toEqual([...plain.values()][0])
  })
})
