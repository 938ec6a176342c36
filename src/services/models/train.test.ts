import { ManualClock, PersonalizationError } from "../lib"
import { plantedData } from "../testing/model.contract"
import { fitContext, trainingFixture } from "../testing/training-fixture"
import { loadModels } from "./load-models"
import { decidePromotion } from "./promotion"
import { MODELS } from "./registry"
import { temporalFold } from "./temporal-split"
import { train } from "./train"

const NAMES = MODELS.map(({ name }) => name)

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

describe("decidePromotion", () => {
  const difference = (low: number, high: number) => ({ mean: (low + high) / 2, low, high })

  it("lets the first version go live", () => {
    expect(decidePromotion({ hasLive: false }).promote).toBe(true)
  })

  it("lets a version go live that is better, or not clearly worse", () => {
    expect(decidePromotion({ hasLive: true, difference: difference(0.01, 0.02) }).promote).toBe(true)
    expect(decidePromotion({ hasLive: true, difference: difference(-0.05, 0.001) }).promote).toBe(true)
    expect(decidePromotion({ hasLive: true }).promote).toBe(true)
  })

  it("keeps back a version that is clearly worse, and says by how much", () => {
    const { promote, reason } = decidePromotion({ hasLive: true, difference: difference(-0.03, -0.01) })
    expect(promote).toBe(false)
    expect(reason).toContain("-2.00 points")
  })

  it("keeps back a version whose models are clearly worse than popularity, the first one too", () => {
    for (const hasLive of [false, true]) {
      const { promote, reason } = decidePromotion({ hasLive, overPopularity: difference(-0.03, -0.01) })
      expect(promote).toBe(false)
      expect(reason).toContain("clearly worse than popularity")
      expect(decidePromotion({ hasLive, overPopularity: difference(-0.03, 0.01) }).promote).toBe(true)
    }
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
    const { artifacts, version } = await train(data, {}, fitContext())
    const rules = loadModels(version, artifacts).find(({ name }) => name === "sequential-rules")!
    expect(rules.recommend({ session: ["new"] }, 1)[0].id).toBe("newer")
  })

  it("names a version by its content", async () => {
    const first = (await train(plantedData(), { clock: new ManualClock(1) }, fitContext())).version
    const same = (await train(plantedData(), { clock: new ManualClock(2) }, fitContext())).version
    const other = (await train(plantedData(4), {}, fitContext())).version
    const configured = await train(plantedData(), { models: { "vmis-knn": { k: 10 } } }, fitContext())
    expect(same.version).toBe(first.version)
    expect(other.version).not.toBe(first.version)
    expect(configured.version.version).not.toBe(first.version)
  })

  it("remembers the options, so that a loaded model answers as the trained one did", async () => {
    const options = { models: { "vmis-knn": { k: 1, m: 1 } } }
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
    const good = await train(plantedData(), {}, fitContext())
    // A candidate that may look at one session only, judged on sessions that came after the live version's.
    const later = plantedData(8)
    later.interactions.ts = later.interactions.ts.map((ts) => ts + 1e7)
    const crippled = {
      popularity: { kindWeights: [0, 0, 0] },
      "sequential-rules": { steps: 1, prune: 1, lastItems: 1 },
      "vmis-knn": { m: 1, k: 1, lastItems: 1 },
      "bought-together": { minSupport: 1000 },
    }
    const options = { validationShare: 0.5, models: crippled, live: good }
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
    const options = { validationShare: 0.5 }
    const live = await train(days(0, 8), options, fitContext())
    const { promotion } = await train(days(0, 9), { ...options, live }, fitContext())
    expect(promotion).toEqual({
      promote: true,
      reason: expect.stringContaining("not clearly worse than the live version: hr@20 differs"),
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
      { validationShare: 0.5, models },
      fitContext()
    )
    expect(promotion.promote).toBe(false)
    expect(version.reason).toContain("clearly worse than popularity")
  })

  it("does not judge by sessions that the live version has learned from", async () => {
    const live = await train(plantedData(), {}, fitContext())
    const { promotion } = await train(plantedData(), { live }, fitContext())
    expect(promotion).toEqual({ promote: true, reason: expect.stringContaining("too few new sessions") })
  })
})
