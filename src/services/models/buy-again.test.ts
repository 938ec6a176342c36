import { fitContext, trainingFixture, type FixtureSession } from "../testing/training-fixture"
import { buyAgain } from "./buy-again"

const DAY = 86_400
const order = (user: string, items: string[], day: number): FixtureSession => ({
  user,
  items,
  kind: "purchase",
  at: day * DAY,
})

/** 40 shoppers buy coffee every 10 days and soap every 40, and a lamp once. */
const sessions = Array.from({ length: 40 }, (_, u) => [
  order(`u${u}`, ["lamp"], u % 7),
  ...Array.from({ length: 8 }, (_, n) => order(`u${u}`, ["coffee"], 10 * n + (u % 7))),
  ...Array.from({ length: 3 }, (_, n) => order(`u${u}`, ["soap"], 40 * n + (u % 5))),
]).flat()
const model = buyAgain.create()
void model.fit(trainingFixture(sessions), fitContext())

const scores = (purchases: [string, number][], today: number) => {
  const list = model.recommend(
    {
      purchases: { ids: purchases.map(([id]) => id), at: purchases.map(([, day]) => day * DAY) },
      context: { now: today * DAY * 1000 },
    },
    10
  )
  return Object.fromEntries(list.map(({ id, score }) => [id, score]))
}

describe("buy-again", () => {
  it("ranks a product when it is due", () => {
    const bought: [string, number][] = [
      ["coffee", 0],
      ["soap", 0],
    ]
    expect(scores(bought, 10).coffee).toBeGreaterThan(3 * scores(bought, 3).coffee)
    const late = scores(
      [
        ["soap", 0],
        ["coffee", 37],
      ],
      40
    )
    expect(late.soap).toBeGreaterThan(late.coffee)
  })

  it("leaves what is bought once far behind", () => {
    const { lamp, coffee } = scores(
      [
        ["lamp", 0],
        ["coffee", 0],
      ],
      10
    )
    expect(lamp).toBeLessThan(coffee / 10)
  })

  it("follows the shopper's own rhythm", () => {
    const slow: [string, number][] = [0, 20, 40, 60].map((day) => ["coffee", day])
    const quick: [string, number][] = [30, 40, 50, 60].map((day) => ["coffee", day])
    expect(scores(quick, 70).coffee).toBeGreaterThan(scores(slow, 70).coffee)
  })

  it("names only what the shopper bought, and nothing where nobody buys again", () => {
    expect(
      Object.keys(
        scores(
          [
            ["coffee", 0],
            ["tea", 0],
          ],
          10
        )
      )
    ).toEqual(["coffee"])
    expect(model.recommend({ history: ["coffee"] }, 10)).toEqual([])
    const once = buyAgain.create()
    void once.fit(trainingFixture([order("a", ["x"], 0), order("b", ["x"], 1)]), fitContext())
    expect(once.recommend({ purchases: { ids: ["x"], at: [0] } }, 10)).toEqual([])
  })
})
