import { Column } from "./column"
import { groupRows } from "./grouping"
import { packStrings, unpackInSteps, unpackStrings } from "./packed-strings"
import { Random } from "./random"
import { TopK } from "./top-k"

describe("TopK", () => {
  it("agrees with sorting, ties by number", () => {
    const random = new Random(1)
    for (let round = 0; round < 50; round++) {
      const scores = Array.from({ length: random.int(60) }, () => random.int(10))
      const k = random.int(20)
      const top = new TopK(k)
      scores.forEach((score, number) => top.offer(number, score))
      const expected = scores
        .map((score, number) => ({ score, number }))
        .sort((a, b) => b.score - a.score || a.number - b.number)
        .slice(0, k)
      const { numbers, scores: kept } = top.drain()
      expect([...numbers]).toEqual(expected.map(({ number }) => number))
      expect([...kept]).toEqual(expected.map(({ score }) => score))
      expect(top.size).toBe(0)
    }
  })

  it("serves one query after the other, each with a length of its own", () => {
    const top = new TopK()
    const best = (k: number, scores: number[]) => {
      top.clear(k)
      scores.forEach((score, number) => top.offer(number, score))
      const { numbers, scores: kept, length } = top.lend()
      return [...numbers.subarray(0, length)].map((number, i) => [number, kept[i]])
    }
    expect(best(1, [1, 2])).toEqual([[1, 2]])
    expect(best(3, [5, 7, 6, 8])).toEqual([
      [3, 8],
      [1, 7],
      [2, 6],
    ])
    expect(best(2, [4])).toEqual([[0, 4]])
    expect(best(0, [4])).toEqual([])
  })

  it("ignores what is not a number", () => {
    const top = new TopK(2)
    top.offer(1, NaN)
    expect(top.size).toBe(0)
  })
})

describe("groupRows", () => {
  it("keeps the order of rows within a group", () => {
    const { start, rows } = groupRows([2, 0, 2, 1, 0], 4)
    expect([...start]).toEqual([0, 2, 3, 5, 5])
    expect([...rows]).toEqual([1, 4, 3, 0, 2])
  })
})

describe("Column", () => {
  it("grows, and forgets what is beyond a length", () => {
    const column = new Column(Int32Array, 1)
    for (let i = 0; i < 1000; i++) column.push(i)
    column.truncate(2)
    column.set(0, 7)
    expect([...column.toArray()]).toEqual([7, 1])
    expect([...column.view()]).toEqual([7, 1])
    expect(column.length).toBe(2)
  })
})

describe("packStrings", () => {
  it("gives back any strings", () => {
    const values = ["", "a\nb", 'ü,"', "\u{1F600}"]
    expect(unpackStrings(packStrings(values))).toEqual(values)
    expect(unpackStrings(packStrings([]))).toEqual([])
    const many = Array.from({ length: 4_001 }, (_, i) => `${i}\n`)
    expect(unpackStrings(packStrings(many))).toEqual(many)
    expect([...unpackInSteps(packStrings(many))]).toHaveLength(3)
    // What an earlier release reads in one go.
    expect(JSON.parse(new TextDecoder().decode(packStrings(many)))).toEqual(many)
  })

  it("reads what an earlier release has packed", () => {
    const values = Array.from({ length: 4_001 }, (_, i) => `id ${i}`)
    expect(unpackStrings(new TextEncoder().encode(JSON.stringify(values)))).toEqual(values)
  })

  it("says when a block is broken", () => {
    for (const block of [
      undefined,
      Uint8Array.of(1),
      new TextEncoder().encode("[1]"),
      new TextEncoder().encode('["a"]\n'),
    ]) {
      expect(() => unpackStrings(block)).toThrow(expect.objectContaining({ code: "corrupt_artifact" }))
    }
  })
})
