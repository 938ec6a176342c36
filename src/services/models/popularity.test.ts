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

  it("says nothing of what it knew before it was fitted or loaded anew", () => {
    const here = { context: { country: "JP", device: "mobile" } }
    const model = fitted(countries)
    expect(model.recommend(here, 1)[0].id).toBe("kimono")
    const other = fitted([...Array(300).fill({ items: ["fan"], country: "JP", at: 0 })])
    model.load(other.save())
    expect(model.recommend(here, 9)).toEqual(other.recommend(here, 9))
    expect(model.recommend(here, 1)[0].id).toBe("fan")
    void model.fit(trainingFixture(countries), fitContext())
    expect(model.recommend(here, 9)).toEqual(fitted(countries).recommend(here, 9))
  })

  it("gives a shorter list as the beginning of a longer one", () => {
    const model = fitted(countries)
    const here = { context: { country: "JP" } }
    const long = model.recommend(here, 3)
    expect(model.recommend(here, 1)).toEqual(long.slice(0, 1))
    expect(model.recommend(here, 3)).toEqual(long)
  })

  it("goes on with everybody's order when a segment's list ends", () => {
    const model = fitted(countries, { segmentItems: 1 })
    const list = model.recommend({ context: { country: "JP" } }, 3)
    expect(list.map(({ id }) => id)).toEqual(["kimono", "everywhere", "oddity"])
  })
})
