import { NOBODY } from "../features"
import { product, TestCatalog } from "../testing/planted-shop"
import { focused, shiftOf } from "./intent"

const kind = (id: string) => id[0]
const like = (a: string, b: string) => (kind(a) === kind(b) ? 0.8 : 0.1)

describe("shiftOf", () => {
  it("finds the turn, and is surer with each product that stays with it", () => {
    expect(shiftOf(["a1", "a2", "a3", "b1"], like)).toEqual({ from: 3, certainty: 0.5 })
    expect(shiftOf(["a1", "a2", "a3", "b1", "b2"], like)).toEqual({ from: 3, certainty: 0.75 })
    expect(shiftOf(["a1", "a2", "a3", "b1", "b2", "b3"], like)).toEqual({ from: 3, certainty: 0.875 })
  })

  it("sees none in a session that stays, one that strolls, and one that is too short", () => {
    expect(shiftOf(["a1", "a2", "a3", "a4", "a5"], like)).toBeUndefined()
    expect(shiftOf(["a1", "b1", "c1", "d1", "e1"], like)).toBeUndefined()
    expect(shiftOf(["a1", "b1", "a2", "b2", "a3", "b3"], like)).toBeUndefined()
    expect(shiftOf(["a1", "b1"], like)).toBeUndefined()
    expect(shiftOf(["a1", "a2", "a3"], () => 0)).toBeUndefined()
  })

  it("comes back with the shopper", () => {
    expect(shiftOf(["a1", "a2", "b1", "a3", "a4", "a5"], like)).toBeUndefined()
  })
})

describe("focused", () => {
  const ids = ["a1", "a2", "a3", "b1", "b2", "c1"]
  const knowledge = {
    catalog: new TestCatalog(ids.map((id) => product(id, kind(id)))),
    vectorOf: () => undefined,
  }
  const shopper = (session: string[]) => ({
    ...NOBODY,
    session,
    categoryAffinity: new Map([
      ["a", 1],
      ["c", 0.4],
    ]),
  })

  it("moves the taste to the session's new interest and asks from it alone", () => {
    const { session, categoryAffinity, shift } = focused(shopper(["a1", "a2", "a3", "b1", "b2"]), knowledge)
    expect(session).toEqual(["b1", "b2"])
    expect(Object.fromEntries(categoryAffinity)).toEqual({ a: 0.25, b: 0.75, c: expect.closeTo(0.1, 10) })
    expect(shift).toBe(0.75)
  })

  it("asks from the whole session while one product may be a slip", () => {
    expect(focused(shopper(["a1", "a2", "a3", "b1"]), knowledge)).toMatchObject({
      session: ["a1", "a2", "a3", "b1"],
      shift: 0.5,
    })
  })

  it("leaves a shopper alone who goes on as before, and products that are gone", () => {
    const steady = shopper(["a1", "a2", "a3"])
    expect(focused(steady, knowledge)).toBe(steady)
    const gone = shopper(["x1", "x2", "x3", "b1"])
    expect(focused(gone, knowledge)).toBe(gone)
  })
})
