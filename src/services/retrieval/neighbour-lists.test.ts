import { NeighbourLists } from "./neighbour-lists"

const read = (lists: NeighbourLists, row: number): number[] | undefined => {
  const place = lists.find(row)
  return place < 0 ? undefined : Array.from({ length: lists.lengthAt(place) }, (_, i) => lists.at(place, i))
}

describe("NeighbourLists", () => {
  it("keeps what it is given, so far as it is wide", () => {
    const lists = new NeighbourLists(3, 5_000)
    for (let row = 0; row < 3_000; row++) lists.put(row, [row + 1, row + 2], true, row)
    lists.put(7, [1, 2, 3, 4], true, 9)
    expect([read(lists, 2_999), read(lists, 7), read(lists, 3_000), read(lists, -1)]).toEqual([
      [3_000, 3_001],
      [1, 2, 3],
      undefined,
      undefined,
    ])
    expect([8, 7].map((row) => lists.isWhole(lists.find(row)))).toEqual([true, false])
    expect(lists.checkedAt(lists.find(7))).toBe(9)
    lists.check(lists.find(7), 12)
    expect(lists.checkedAt(lists.find(7))).toBe(12)
    expect(lists.size).toBe(3_000)
  })

  it("forgets, and uses the room again", () => {
    const lists = new NeighbourLists(2, 2)
    lists.put(5, [1], false, 0)
    lists.put(6, [2], false, 0)
    for (const row of [5, 5, 99, -1]) lists.delete(row)
    expect([lists.size, read(lists, 5), read(lists, 6)]).toEqual([1, undefined, [2]])
    lists.put(8, [3], false, 0)
    expect([lists.size, read(lists, 8), read(lists, 6)]).toEqual([2, [3], [2]])
    lists.clear()
    expect([lists.size, read(lists, 8), read(lists, 6)]).toEqual([0, undefined, undefined])
    lists.put(6, [4, 5], true, 0)
    expect([lists.size, read(lists, 6), read(lists, 8)]).toEqual([1, [4, 5], undefined])
  })

  it("lets go first of what nobody has asked for since it last looked", () => {
    const lists = new NeighbourLists(1, 3)
    for (const row of [0, 1, 2]) lists.put(row, [row], false, 0)
    lists.put(3, [3], false, 0)
    lists.find(1)
    lists.put(4, [4], false, 0)
    expect([0, 1, 2, 3, 4].map((row) => read(lists, row))).toEqual([undefined, [1], undefined, [3], [4]])
    expect(lists.size).toBe(3)
  })

  it("remembers nothing where it may not", () => {
    const lists = new NeighbourLists(1, 0)
    lists.put(0, [1], true, 0)
    expect([lists.size, read(lists, 0)]).toEqual([0, undefined])
  })
})
