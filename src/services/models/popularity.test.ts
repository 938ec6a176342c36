import { fitContext, trainingFixture, type FixtureSession } from "../testing/training-fixture"
import { popularity } from "./popularity"

const DAY = 86_400

function fitted(sessions: FixtureSession[], options: Record<string, unknown> = {}) {
  const model = popularity.create(options)
  void model.fit(trainingFixture(sessions), fitContext())
  return model
}

describe("popularity", () => {
  it("halves a view's weight with every half-life", () => {
    const model = fitted(
      [
        { items: ["old"], at: 0 },
        { items: ["new"], at: 28 * DAY },
      ],
      { halfLifeDays: 14 }
    )
    const [first, second] = model.recommend({}, 2)
    expect(first.id).toBe("new")
    expect(first.score / second.score).toBeCloseTo(4, 9)
  })

  it("weighs a purchase more than a cart, and a cart more than a view", () => {
    const sessions: FixtureSession[] = [
      { items: ["viewed", "viewed"], at: 0 },
      { items: ["carted"], kind: "cart", at: 0 },
      { items: ["bought"], kind: "purchase", at: 0 },
    ]
    expect(
      fitted(sessions, { halfLifeDays: 0 })
        .recommend({}, 3)
        .map(({ id }) => id)
    ).toEqual(["bought", "carted", "viewed"])
  })

  const countries: FixtureSession[] = [
    ...Array(300).fill({ items: ["everywhere"], country: "FR", at: 0 }),
    ...Array(300).fill({ items: ["kimono"], country: "JP", at: 0 }),
    { items: ["oddity"], country: "MT", at: 0 },
    ...Array(100).fill({ items: ["everywhere"], at: 0 }),
  ]

  it("knows what a country likes", () => {
    const model = fitted(countries)
    expect(model.recommend({ context: { country: "JP" } }, 1)[0].id).toBe("kimono")
    expect(model.recommend({ context: { country: "XX" } }, 1)[0].id).toBe("everywhere")
  })

  it("does not trust a country of which it has seen next to nothing", () => {
    expect(fitted(countries).recommend({ context: { country: "MT" } }, 1)[0].id).toBe("everywhere")
  })

  it("goes on with everybody's order when a segment's list ends", () => {
    const model = fitted(countries, { segmentItems: 1 })
    const list = model.recommend({ context: { country: "JP" } }, 3)
    expect(list.map(({ id }) => id)).toEqual(["kimono", "everywhere", "oddity"])
  })
})
