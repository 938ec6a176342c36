import { ManualClock, PersonalizationError } from "../lib"
import { plantedData } from "../testing/model.contract"
import { fitContext, trainingFixture } from "../testing/training-fixture"
import type { ItemTable } from "./item-table"
import { loadModels } from "./load-models"
import type { FitContext } from "./model"
import { decidePromotion } from "./promotion"
import { MODELS } from "./registry"
import { rollingFolds, temporalFold } from "./temporal-split"
import { train } from "./train"

const NAMES = MODELS.map(({ name }) => name)
/** Models that are fitted in no time. */
const CHEAP = ["popularity", "sequential-rules", "vmis-knn", "bought-together"]

describe("temporalFold", () => {
  const data = trainingFixture([
    { items: ["a", "b"], kind: "purchase" },
    { items: ["c", "c", "d"] },
    { items: ["e", "f"], kind: "purchase" },
  ])

  it("holds out the newest sessions and orders, and trains on what ended before", () => {
    const fold = temporalFold(data, 1 / 3)
    expect(fold.sessions).toEqual([{ items: ["e", "f"], endedAt: (2 * 3600 + 60) * 1000 }])
    expect(fold.train.interactions.sessionStart).toHaveLength(3)
    expect([...fold.train.interactions.item]).toHaveLength(5)
    expect(fold.train.baskets.ts).toHaveLength(1)
  })

  it("counts staying on an item as no step", () => {
    expect(temporalFold(data, 2 / 3).sessions[0].items).toEqual(["c", "d"])
  })

  it("holds out at least one session", () => {
    expect(temporalFold(data, 0.01).sessions).toHaveLength(1)
    expect(temporalFold(trainingFixture([]), 0.1).sessions).toHaveLength(0)
  })
})

describe("rollingFolds", () => {
  const data = trainingFixture(
    Array.from({ length: 10 }, (_, s) => ({ items: [`a${s}`, `b${s}`], kind: "purchase" as const }))
  )

  it("asks each part of what came before it, the parts before among that", () => {
    const folds = rollingFolds(data, 0.4, 2)
    expect(folds.map(({ train }) => train.interactions.sessionStart.length - 1)).toEqual([6, 8])
    expect(folds.map(({ sessions }) => sessions.map(({ items }) => items[0]))).toEqual([
      ["a6", "a7"],
      ["a8", "a9"],
    ])
    expect(folds.map(({ baskets }) => baskets.map(([id]) => id))).toEqual([
      ["a6", "a7"],
      ["a8", "a9"],
    ])
    expect(folds.map(({ train }) => train.baskets.ts.length)).toEqual([6, 8])
  })

  it("leaves no session out and asks none twice, whatever the number of folds", () => {
    for (const count of [1, 3, 4, 9]) {
      const folds = rollingFolds(data, 0.4, count)
      expect(folds).toHaveLength(Math.min(count, 4))
      expect(folds.flatMap(({ sessions }) => sessions)).toEqual(temporalFold(data, 0.4).sessions)
    }
  })
})

describe("decidePromotion", () => {
  const difference = (low: number, high: number) => ({ mean: (low + high) / 2, low, high })

  it("lets the first version go live", () => {
    expect(decidePromotion({ hasLive: false }).promote).toBe(true)
  })

  it("lets a version go live that is clearly better, and no other", () => {
    expect(decidePromotion({ hasLive: true, difference: difference(0.01, 0.02) })).toEqual({
      promote: true,
      reason: expect.stringContaining("clearly better than the live version: hr@20 differs"),
    })
    expect(decidePromotion({ hasLive: true, difference: difference(-0.01, 0.05) })).toEqual({
      promote: false,
      reason: expect.stringContaining("not clearly better than the live version: hr@20 differs"),
    })
    expect(decidePromotion({ hasLive: true })).toEqual({
      promote: false,
      reason: expect.stringContaining("too few new sessions"),
    })
  })

  it("keeps back a version that is clearly worse, and says by how much", () => {
    const worse = { hasLive: true, difference: difference(-0.03, -0.01), outdated: "the live version is old" }
    const { promote, reason } = decidePromotion(worse)
    expect(promote).toBe(false)
    expect(reason).toContain("-2.00 points")
  })

  it("lets any version that is not clearly worse take the place of an outdated one", () => {
    for (const measured of [undefined, difference(-0.01, 0.01)]) {
      const given = { hasLive: true, difference: measured, outdated: "the live version is old" }
      expect(decidePromotion(given)).toEqual({
        promote: true,
        reason: expect.stringContaining("the live version is old, and the new one is not clearly worse"),
      })
    }
  })

  it("keeps back a version whose models are clearly worse than popularity, the first one too", () => {
    for (const hasLive of [false, true]) {
      const { promote, reason } = decidePromotion({ hasLive, overPopularity: difference(-0.03, -0.01) })
      expect(promote).toBe(false)
      expect(reason).toContain("clearly worse than popularity")
    }
    expect(decidePromotion({ hasLive: false, overPopularity: difference(-0.03, 0.01) }).promote).toBe(true)
  })
})

describe("train", () => {
  it("measures every model against popularity on the newest sessions, and saves all of them", async () => {
    const clock = new ManualClock(5_000)
    const { artifacts, version, promotion } = await train(plantedData(), { clock }, fitContext())
    expect(Object.keys(artifacts)).toEqual(NAMES)
    expect(version).toMatchObject({
      version: expect.stringMatching(/^[0-9a-f]{16}$/),
      status: "candidate",
      createdAt: 5_000,
      models: NAMES,
      window: { sessions: 300, items: 42, events: expect.any(Number) },
    })
    expect(version.reason).toBeUndefined()
    expect(promotion.promote).toBe(true)
    for (const name of NAMES) {
      const metrics = version.metrics[name]
      expect(metrics.examples).toBeGreaterThan(20)
      expect(metrics["hr@20_low"]).toBeLessThanOrEqual(metrics["hr@20"])
      expect(metrics["hr@20"]).toBeLessThanOrEqual(metrics["hr@20_high"])
    }
    expect(version.metrics["sequential-rules"]["mrr@20"]).toBeGreaterThan(
      version.metrics.popularity["mrr@20"]
    )
    expect(version.metrics["bought-together"]["basket_hr@20"]).toBeGreaterThan(0)
  })

  it("saves models that were fitted on everything, the newest sessions among it", async () => {
    const data = trainingFixture([...Array(60).fill({ items: ["a", "b"] }), { items: ["new", "newer"] }])
    const { artifacts, version } = await train(data, { names: CHEAP }, fitContext())
    const rules = loadModels(version, artifacts).find(({ name }) => name === "sequential-rules")!
    expect(rules.recommend({ session: ["new"] }, 1)[0].id).toBe("newer")
  })

  it("loads the ids of models that were fitted on the same items once", async () => {
    const data = trainingFixture(Array(60).fill({ items: ["a", "b"] }))
    const { artifacts, version } = await train(data, { names: CHEAP }, fitContext())
    const tables = loadModels(version, artifacts).flatMap(({ items }) => (items ? [items as ItemTable] : []))
    expect(tables.length).toBeGreaterThan(1)
    for (const table of tables) expect(table.ids).toBe(tables[0].ids)
  })

  it("names a version by its content", async () => {
    const names = CHEAP
    const first = (await train(plantedData(), { names, clock: new ManualClock(1) }, fitContext())).version
    const same = (await train(plantedData(), { names, clock: new ManualClock(2) }, fitContext())).version
    const other = (await train(plantedData(4), { names }, fitContext())).version
    const configured = await train(plantedData(), { names, models: { "vmis-knn": { k: 10 } } }, fitContext())
    expect(same.version).toBe(first.version)
    expect(other.version).not.toBe(first.version)
    expect(configured.version.version).not.toBe(first.version)
  })

  it("remembers the options, so that a loaded model answers as the trained one did", async () => {
    const options = { names: CHEAP, models: { "vmis-knn": { k: 1, m: 1 } } }
    const { artifacts, version } = await train(plantedData(), options, fitContext())
    const model = loadModels(version, artifacts).find(({ name }) => name === "vmis-knn")!
    const fresh = MODELS.find(({ name }) => name === "vmis-knn")!.create({
      k: 1,
      m: 1,
      recommendLast: "never",
    })
    await fresh.fit(plantedData(), fitContext())
    expect(model.recommend({ session: ["anchor"] }, 9)).toEqual(fresh.recommend({ session: ["anchor"] }, 9))
  })

  it("reports rising progress with the stages, up to 1", async () => {
    const shares: number[] = []
    const stages: string[] = []
    await train(
      plantedData(),
      {},
      {
        ...fitContext({ progress: (share) => void shares.push(share) }),
        stage: (name) => void stages.push(name),
      }
    )
    expect(shares).toEqual([...shares].sort((a, b) => a - b))
    expect(shares.at(-1)).toBe(1)
    expect(stages).toEqual([
      ...NAMES.map((name) => `validate:${name}`),
      ...NAMES.map((name) => `fit:${name}`),
    ])
  })

  it("stops when cancelled", async () => {
    let calls = 0
    const checkCancelled = () => {
      if (++calls > 3) throw new PersonalizationError("cancelled", "the run was cancelled")
    }
    await expect(train(plantedData(), {}, fitContext({ checkCancelled }))).rejects.toMatchObject({
      code: "cancelled",
    })
  })

  it("says when there is too little, and what to do", async () => {
    for (const data of [trainingFixture([]), trainingFixture([{ items: ["a", "b"] }])]) {
      await expect(train(data, {}, fitContext())).rejects.toMatchObject({
        code: "nothing_to_train",
        message: expect.stringContaining("training.minEvents"),
      })
    }
    await expect(
      train(trainingFixture([{ items: ["a"] }]), { minEvents: 1 }, fitContext())
    ).resolves.toBeDefined()
  })

  it("refuses wrong options by name before it fits anything", async () => {
    await expect(
      train(plantedData(), { models: { popularity: { halfLifeDays: -1 } } }, fitContext())
    ).rejects.toMatchObject({
      code: "invalid_option",
      message: expect.stringContaining("popularity.halfLifeDays"),
    })
  })

  it("keeps a version back that the live one clearly beats on sessions new to both", async () => {
    const good = await train(plantedData(), { names: CHEAP }, fitContext())
    // A candidate that may look at one session only, judged on sessions that came after the live version's.
    const later = plantedData(8)
    later.interactions.ts = later.interactions.ts.map((ts) => ts + 1e7)
    const crippled = {
      popularity: { kindWeights: [0, 0, 0] },
      "sequential-rules": { steps: 1, prune: 1, lastItems: 1 },
      "vmis-knn": { m: 1, k: 1, lastItems: 1 },
      "bought-together": { minSupport: 1000 },
    }
    const options = { names: CHEAP, validationShare: 0.5, models: crippled, live: good }
    const { version, promotion } = await train(later, options, fitContext())
    expect(promotion.promote).toBe(false)
    expect(version.reason).toContain("clearly worse")
  })

  it("gives a candidate as much history as the live version had, in a shop whose products change by the day", async () => {
    // Every day brings new products, which are looked at for three days.
    const days = (from: number, to: number) =>
      trainingFixture(
        Array.from({ length: (to - from) * 60 }, (_, s) => {
          const day = from + Math.floor(s / 60)
          const family = `${day - (s % 3)}-${s % 5}`
          return { items: ["a", "b", "c"].map((step) => `${family}-${step}`), at: (from * 60 + s) * 1440 }
        })
      )
    const options = { validationShare: 0.5, names: CHEAP }
    const live = await train(days(0, 8), options, fitContext())
    const next = await train(days(0, 9), { ...options, live }, fitContext())
    expect(next.promotion).toEqual({
      promote: false,
      reason: expect.stringContaining("not clearly better than the live version: hr@20 differs from"),
    })
    const stale = await train(days(0, 9), { ...options, live, maxAgeDays: 1 }, fitContext())
    expect(stale.promotion).toEqual({
      promote: true,
      reason: expect.stringContaining(
        "the live version lacks the last 1 days, and the new one is not clearly"
      ),
    })
    // Three days later the live version knows none of the products that are looked at.
    const late = await train(days(0, 12), { ...options, folds: 3, live }, fitContext())
    expect(late.promotion).toEqual({
      promote: true,
      reason: expect.stringContaining("clearly better than the live version"),
    })
  })

  it("keeps a first version back whose models are worse than the list of popular products", async () => {
    const models = {
      "sequential-rules": { steps: 1, prune: 1, lastItems: 1 },
      "vmis-knn": { m: 1, k: 1, lastItems: 1 },
      "bought-together": { minSupport: 1000 },
    }
    const { products: _products, ...planted } = plantedData()
    const { version, promotion } = await train(
      { ...planted, products: [] },
      { names: CHEAP, validationShare: 0.5, models },
      fitContext()
    )
    expect(promotion.promote).toBe(false)
    expect(version.reason).toContain("clearly worse than popularity")
  })

  it("does not judge by sessions that the live version has learned from", async () => {
    const live = await train(plantedData(), { names: CHEAP }, fitContext())
    const { promotion } = await train(plantedData(), { names: CHEAP, live }, fitContext())
    expect(promotion).toEqual({ promote: false, reason: expect.stringContaining("too few new sessions") })
  })

  it("trains the models that are asked for, and popularity", async () => {
    const { artifacts, version } = await train(plantedData(), { names: ["vmis-knn"] }, fitContext())
    expect(Object.keys(artifacts)).toEqual(["popularity", "vmis-knn"])
    expect(Object.keys(version.config.models as object)).toEqual(["popularity", "vmis-knn"])
    await expect(train(plantedData(), { names: ["magic"] }, fitContext())).rejects.toMatchObject({
      code: "invalid_option",
      message: expect.stringContaining('`training.models`: there is no model "magic"'),
    })
  })

  it("makes a blend of the models that are trained beside it, with their options", async () => {
    const models = { "vmis-knn": { k: 7 } }
    const { artifacts, version } = await train(
      plantedData(),
      { names: ["vmis-knn", "blend"], models },
      fitContext()
    )
    expect((version.config.models as Record<string, unknown>).blend).toEqual({
      sources: "popularity,vmis-knn",
      sourceOptions: { popularity: {}, "vmis-knn": { recommendLast: "never", k: 7 } },
    })
    const blend = loadModels(version, artifacts).find(({ name }) => name === "blend")!
    expect(blend.recommend({ session: ["item5", "anchor"] }, 1)[0].id).toBe("signal")
  })

  it("measures on every fold and says what a model cost", async () => {
    const clock = new ManualClock(0)
    const spy = jest.spyOn(
      MODELS.find(({ name }) => name === "vmis-knn")!,
      "create"
    )
    const { version } = await train(
      plantedData(),
      { names: CHEAP, folds: 3, clock },
      {
        ...fitContext({ checkCancelled: () => clock.advance(1000) }),
        memory: () => 5 * 2 ** 20,
      }
    )
    // Once to check the options, once per fold, once on everything.
    expect(spy).toHaveBeenCalledTimes(5)
    spy.mockRestore()
    expect(version.config).toMatchObject({ folds: 3 })
    const metrics = version.metrics["vmis-knn"]
    expect(metrics.examples).toBe(version.metrics.popularity.examples)
    expect(metrics).toMatchObject({
      validate_seconds: expect.any(Number),
      fit_seconds: expect.any(Number),
      peak_mb: 5,
    })
    expect(metrics.validate_seconds).toBeGreaterThan(0)
  })

  describe("with a model that cannot be trained", () => {
    const breaking = (name: string, fit: (context: FitContext) => void) => {
      const definition = MODELS.find((one) => one.name === name)!
      const create = definition.create.bind(definition)
      return jest.spyOn(definition, "create").mockImplementation((options) => {
        const model = create(options)
        model.fit = (_data, context) => fit(context)
        return model
      })
    }
    afterEach(() => jest.restoreAllMocks())

    it("leaves it out and says why", async () => {
      breaking("vmis-knn", () => {
        throw new Error("package `x` is not installed")
      })
      const { artifacts, version, promotion } = await train(plantedData(), { names: CHEAP }, fitContext())
      expect(version.leftOut).toEqual({ "vmis-knn": "package `x` is not installed" })
      expect(Object.keys(artifacts)).toEqual(CHEAP.filter((name) => name !== "vmis-knn"))
      expect(version.models).toEqual(Object.keys(artifacts))
      expect(version.metrics["vmis-knn"]).toBeUndefined()
      expect(promotion.promote).toBe(true)
    })

    it("leaves out one that takes too long, also inside a blend", async () => {
      const clock = new ManualClock(0)
      breaking("vmis-knn", (context) => {
        clock.advance(61_000)
        context.checkCancelled()
      })
      const names = ["vmis-knn", "blend"]
      const { version } = await train(plantedData(), { names, modelMinutes: 1, clock }, fitContext())
      const reason = "it took longer than 1 minutes"
      expect(version.leftOut).toEqual({ "vmis-knn": reason, blend: reason })
      expect(version.models).toEqual(["popularity"])
    })

    it("leaves out one whose scores are no numbers", async () => {
      const definition = MODELS.find(({ name }) => name === "vmis-knn")!
      const create = definition.create.bind(definition)
      jest.spyOn(definition, "create").mockImplementation((options) => {
        const model = create(options)
        model.recommend = () => [{ id: "a", score: NaN }]
        return model
      })
      const { version } = await train(plantedData(), { names: CHEAP }, fitContext())
      expect(version.leftOut).toEqual({ "vmis-knn": "it gave a the score NaN" })
    })

    it("promotes nothing without popularity, and fails when nothing is left", async () => {
      breaking("popularity", () => {
        throw new Error("boom")
      })
      const { version, promotion } = await train(plantedData(), { names: ["vmis-knn"] }, fitContext())
      expect(promotion).toEqual({ promote: false, reason: "there is no popularity to compare with: boom" })
      expect(version.models).toEqual(["vmis-knn"])
      await expect(train(plantedData(), { names: [] }, fitContext())).rejects.toMatchObject({
        code: "training_failed",
        message: "no model could be trained: popularity: boom",
      })
    })

    it("does not take a cancelled run for a failed model", async () => {
      breaking("vmis-knn", () => {
        throw new PersonalizationError("cancelled", "the run was cancelled")
      })
      await expect(train(plantedData(), { names: CHEAP }, fitContext())).rejects.toMatchObject({
        code: "cancelled",
      })
    })
  })

  it("keeps the models of the newest fold when it is not to go live", async () => {
    const live = await train(plantedData(), { names: CHEAP }, fitContext())
    const stages: string[] = []
    const context = { ...fitContext(), stage: (name: string) => void stages.push(name) }
    const { version } = await train(plantedData(), { names: CHEAP, live, folds: 2 }, context)
    expect(stages.filter((name) => name.startsWith("fit:"))).toEqual([])
    expect(version.models).toEqual(CHEAP)
    expect(version.window).toMatchObject({ sessions: 285 })
    expect(version.window.to).toBeLessThan(live.version.window.to)
    const whole = await train(plantedData(), { names: CHEAP, live, fitCandidates: true }, fitContext())
    expect(whole.promotion.promote).toBe(false)
    expect(whole.version.window).toEqual(live.version.window)
  })

  it("takes the place of a version that this release cannot read, though it is no better", async () => {
    const live = await train(plantedData(), { names: CHEAP }, fitContext())
    live.artifacts["vmis-knn"] = { meta: {}, arrays: {} }
    const { promotion } = await train(plantedData(), { names: CHEAP, live }, fitContext())
    expect(promotion.promote).toBe(true)
    expect(promotion.reason).toContain("this release cannot read vmis-knn of the live version")
  })

  it("takes an outdated version's place when it has a model that the other lacks", async () => {
    const live = await train(plantedData(), { names: CHEAP.slice(0, 3) }, fitContext())
    const { promotion } = await train(plantedData(), { names: CHEAP, live }, fitContext())
    expect(promotion.promote).toBe(true)
    expect(promotion.reason).toContain("the live version has no bought-together")
  })

  describe("with a search", () => {
    const byHand = { "vmis-knn": { k: 1 } }
    const search = { trials: 12, minutes: 10 }

    it("takes options that are clearly better on older sessions, and keeps them in the version", async () => {
      const seen: number[] = []
      const definition = MODELS.find(({ name }) => name === "popularity")!
      const create = definition.create.bind(definition)
      const spy = jest.spyOn(definition, "create").mockImplementation((options) => {
        const model = create(options)
        const { fit } = model
        model.fit = (data, context) => {
          seen.push(data.interactions.sessionStart.length - 1)
          return fit.call(model, data, context)
        }
        return model
      })
      const stages: string[] = []
      const shares: number[] = []
      const context = {
        ...fitContext({ progress: (share) => void shares.push(share) }),
        stage: (name: string) => void stages.push(name),
      }
      const { version } = await train(plantedData(), { names: [], search }, context)
      spy.mockRestore()
      // Of 300 sessions the version is judged by 30; of the 270 before, choices are compared on 27.
      expect(seen).toEqual([...Array(13).fill(243), 270, 300])
      expect(stages).toEqual(["search", "validate:popularity", "fit:popularity"])
      expect(shares).toEqual([...shares].sort((a, b) => a - b))
      expect(version.metrics.popularity).toMatchObject({
        search_trials: 12,
        search_before: expect.any(Number),
        search_best: expect.any(Number),
      })
    })

    it("is the same for the same seed", async () => {
      const names = ["sequential-rules", "vmis-knn"]
      const runs = [1, 2].map(() =>
        train(plantedData(), { names, search: { trials: 6, minutes: 10 } }, fitContext())
      )
      const [one, two] = await Promise.all(runs)
      expect(one.version.config).toEqual(two.version.config)
      expect(one.version.version).toBe(two.version.version)
    })

    it("searches no option that is set by hand, and goes on with what an earlier search found", async () => {
      const tuned = { "vmis-knn": { positionScale: 7, k: 99 }, gone: { x: 1 }, popularity: { noSuch: 1 } }
      const live = await train(plantedData(), { names: CHEAP }, fitContext())
      live.version.config.tuned = tuned
      const { version } = await train(plantedData(), { names: CHEAP, live, models: byHand }, fitContext())
      expect(version.config.tuned).toEqual({ "vmis-knn": tuned["vmis-knn"] })
      expect((version.config.models as Record<string, object>)["vmis-knn"]).toMatchObject({
        positionScale: 7,
        k: 1,
      })
    })
  })
})
