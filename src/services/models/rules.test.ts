import { fitContext, trainingFixture } from "../testing/training-fixture"
import { sequentialRules } from "./rules"

const scores = (options: Record<string, unknown>, sessions: string[][], session: string[]) => {
  const model = sequentialRules.create(options)
  void model.fit(trainingFixture(sessions.map((items) => ({ items }))), fitContext())
  return Object.fromEntries(model.recommend({ session }, 10).map(({ id, score }) => [id, score]))
}

describe("sequential-rules", () => {
  const plain = { lastItems: 1, smoothing: 0 }

  it("weighs a successor by 1/distance", () => {
    expect(scores(plain, [["a", "b", "c", "d"]], ["a"])).toEqual({ b: 1, c: 1 / 2, d: 1 / 3 })
    expect(scores({ ...plain, weighting: "quadratic" }, [["a", "b", "c"]], ["a"])).toEqual({ b: 1, c: 1 / 4 })
    expect(scores({ ...plain, steps: 1 }, [["a", "b", "c"]], ["a"])).toEqual({ b: 1 })
  })

  it("does not look across sessions or backwards", () => {
    expect(
      scores(
        plain,
        [
          ["a", "b"],
          ["c", "a"],
        ],
        ["a"]
      )
    ).toEqual({ b: 1 })
  })

  it("adds the rules of the last items, less for those further back", () => {
    const found = scores(
      { lastItems: 2, decay: 0.5, smoothing: 0 },
      [
        ["a", "x"],
        ["b", "x"],
        ["b", "y"],
      ],
      ["a", "b"]
    )
    expect(found).toEqual({ x: 1 + 0.5, y: 1 })
  })

  it("divides by support plus smoothing", () => {
    expect(scores({ lastItems: 1, smoothing: 10 }, [["a", "b"], ["a", "b"], ["a"]], ["a"])).toEqual({
      b: 2 / 13,
    })
  })

  it("keeps the heaviest successors only", () => {
    const sessions = [
      ["a", "b"],
      ["a", "b"],
      ["a", "c"],
    ]
    expect(scores({ ...plain, prune: 1 }, sessions, ["a"])).toEqual({ b: 2 })
  })
})
