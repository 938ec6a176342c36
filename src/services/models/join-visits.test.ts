import { joinVisits } from "./join-visits"

/** Visits of one letter an item, each with its shopper and hour. */
function joinedOf(visits: [user: number, items: string, hour: number][]): number[] {
  const rows = visits.flatMap(([user, items, hour], session) =>
    [...items].map((letter, i) => ({ user, session, item: letter.charCodeAt(0), ts: hour * 3_600 + i }))
  )
  const column = (of: (row: (typeof rows)[number]) => number) => Int32Array.from(rows, of)
  return [
    ...joinVisits({
      item: column(({ item }) => item),
      user: column(({ user }) => user),
      session: column(({ session }) => session),
      ts: Float64Array.from(rows, ({ ts }) => ts),
    }),
  ]
}

describe("joinVisits", () => {
  it("makes one sequence of visits to one product each, in the order of time", () => {
    expect(
      joinedOf([
        [0, "b", 2],
        [0, "a", 1],
        [0, "c", 3],
      ])
    ).toEqual([1, 1, 1])
  })

  it("leaves visits to several products alone, and continues them with a single one", () => {
    expect(
      joinedOf([
        [0, "ab", 1],
        [0, "cd", 2],
        [0, "e", 3],
        [0, "fg", 4],
      ])
    ).toEqual([0, 1, 1, 3])
  })

  it("begins with a single product the visit after it", () => {
    expect(
      joinedOf([
        [0, "a", 1],
        [0, "bc", 2],
        [0, "de", 3],
      ])
    ).toEqual([0, 0, 2])
  })

  it("takes the same product again and again for one", () => {
    expect(
      joinedOf([
        [0, "aa", 1],
        [0, "a", 2],
        [0, "bc", 3],
      ])
    ).toEqual([0, 0, 0])
  })

  it("joins nobody's visits with another's, nor those of unknown shoppers", () => {
    expect(
      joinedOf([
        [0, "a", 1],
        [1, "b", 2],
        [0, "c", 3],
        [-1, "d", 4],
        [-1, "e", 5],
      ])
    ).toEqual([0, 1, 0, 3, 4])
  })

  it("bears no rows at all", () => {
    expect(joinedOf([])).toEqual([])
  })
})
