import { ManualClock, Random } from "../../lib"
import { plantedData } from "../../testing/model.contract"
import { fitContext } from "../../testing/training-fixture"
import type { ModelDefinition } from "../model"
import { searchOptions, type SearchOptions } from "./search"
import { drawChoice, placeOf, valueAt, type SearchSpace } from "./space"
import { nextChoice, type Trial } from "./tpe"

describe("ranges", () => {
  it("map places to values and back", () => {
    const log = { from: 1, to: 100, log: true }
    expect(valueAt(log, 0.5)).toBe(10)
    expect(placeOf(log, 10)).toBeCloseTo(0.5)
    expect(valueAt({ from: 0, to: 3, whole: true }, 0.4)).toBe(1)
    expect(placeOf({ from: 0, to: 4 }, 9)).toBe(1)
  })

  it("draw within themselves", () => {
    const space: SearchSpace = { a: { from: 1, to: 9, log: true }, b: { oneOf: ["x", "y"] } }
    const random = new Random(1)
    for (let i = 0; i < 100; i++) {
      const { a, b } = drawChoice(space, random)
      expect(a).toBeGreaterThanOrEqual(1)
      expect(a).toBeLessThanOrEqual(9)
      expect(["x", "y"]).toContain(b)
    }
  })
})

describe("nextChoice", () => {
  const space: SearchSpace = {
    x: { from: 0, to: 1 },
    y: { from: 1, to: 1_000, log: true },
    kind: { oneOf: ["a", "b", "c", "d"] },
  }
  const score = ({ x, y, kind }: Record<string, unknown>) =>
    -(((x as number) - 0.3) ** 2) - (Math.log10((y as number) / 30) / 3) ** 2 - (kind === "c" ? 0 : 0.3)

  /** Best score of 40 trials, on average over some seeds. */
  const bestOf = (choose: (trials: Trial[], random: Random) => Record<string, unknown>) => {
    let sum = 0
    for (let seed = 0; seed < 20; seed++) {
      const random = new Random(seed)
      const trials: Trial[] = []
      for (let i = 0; i < 40; i++) {
        const choice = choose(trials, random)
        trials.push({ choice, score: score(choice) })
      }
      sum += Math.max(...trials.map((trial) => trial.score))
    }
    return sum / 20
  }

  it("finds better choices than chance does", () => {
    const guided = bestOf((trials, random) => nextChoice(space, trials, random))
    const blind = bestOf((_, random) => drawChoice(space, random))
    expect(guided).toBeGreaterThan(blind / 2)
    expect(guided).toBeGreaterThan(-0.01)
  })

  it("keeps away from choices that failed", () => {
    const random = new Random(3)
    const trials: Trial[] = Array.from({ length: 30 }, () => {
      const choice = drawChoice(space, random)
      return { choice, score: choice.kind === "c" ? 1 : -Infinity }
    })
    const kinds = Array.from({ length: 30 }, () => nextChoice(space, trials, random).kind)
    expect(kinds.filter((kind) => kind === "c").length).toBeGreaterThan(20)
  })
})

describe("searchOptions", () => {
  /** A model that is right with the chance that its option says. */
  const definition = (fit?: () => void): ModelDefinition => ({
    name: "guess",
    search: { right: { from: 0, to: 1 }, other: { oneOf: [1, 2] } },
    create: (options) => ({
      name: "guess",
      fit: () => fit?.(),
      recommend: () =>
        (options?.right as number) > 0.8 ? [{ id: "signal", score: 1 }] : [{ id: "item1", score: 1 }],
      save: () => ({ meta: {}, arrays: {} }),
      load() {},
    }),
  })
  const how: SearchOptions = { trials: 20, minutes: 1, share: 0.2, fixed: {}, clock: new ManualClock(0) }
  const run = (model: ModelDefinition, over: Partial<SearchOptions> = {}, right = 0.1) =>
    searchOptions(
      [{ definition: model, options: { right } }],
      plantedData(),
      { ...how, ...over },
      fitContext()
    )

  it("finds options that are clearly better", async () => {
    const { options, trials, before, best } = (await run(definition())).get("guess")!
    expect(options.right).toBeGreaterThan(0.8)
    expect(trials).toBe(20)
    expect(best).toBeGreaterThan(before)
  })

  it("keeps what is there when nothing is clearly better", async () => {
    expect((await run(definition(), {}, 0.9)).get("guess")!.options).toEqual({})
  })

  it("leaves options alone that are set by hand", async () => {
    const found = (await run(definition(), { fixed: { guess: { right: 0.1 } } })).get("guess")!
    expect(found.options).toEqual({})
    const all = { fixed: { guess: { right: 0.1, other: 1 } } }
    expect((await run(definition(), all)).size).toBe(0)
    expect((await run({ ...definition(), search: undefined })).size).toBe(0)
  })

  it("ends when its time is over", async () => {
    const clock = new ManualClock(0)
    const found = (
      await run(
        definition(() => clock.advance(20_000)),
        { clock }
      )
    ).get("guess")!
    expect(found.trials).toBe(2)
  })

  it("survives choices that fail, and says nothing of a model that fails as it is", async () => {
    let fits = 0
    const failing = definition(() => {
      if (++fits % 2 === 0) throw new Error("boom")
    })
    expect((await run(failing)).get("guess")!.trials).toBe(20)
    const broken = definition(() => {
      throw new Error("boom")
    })
    expect((await run(broken)).size).toBe(0)
  })
})
