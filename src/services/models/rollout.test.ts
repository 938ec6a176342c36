import { MemoryEventLog, MemoryExposureStore, MemoryModelStore, MemoryTrialLog } from "../../adapters/memory"
import { ManualClock } from "../lib"
import { shopEvent } from "../testing/events"
import { advanceTrial, afterCanary, afterShadow, firstStep, takeStep } from "./rollout"

const HOUR = 3_600_000
const OPTIONS = { shadowHours: 4, canaryHours: 24 }
const OFF = { shadowHours: 0, canaryHours: 0 }

describe("firstStep", () => {
  it("leads to shadow, else to canary, else live at once; a first version has nothing to be compared with", () => {
    expect(firstStep(true, OPTIONS, "better").status).toBe("shadow")
    expect(firstStep(true, { ...OPTIONS, shadowHours: 0 }, "better").status).toBe("canary")
    expect(firstStep(true, OFF, "better")).toEqual({ status: "live", reason: "better" })
    expect(firstStep(false, OPTIONS, "the first version").status).toBe("live")
  })
})

describe("afterShadow", () => {
  const good = { answers: 400, failed: 1, empty: 3, common: 0.62 }

  it("waits for its time, then goes on and tells the figures", () => {
    expect(afterShadow(good, 3.9, OPTIONS)).toBeUndefined()
    const reason = "400 shadow answers, 1 failed, 62 % of the products as the live version"
    expect(afterShadow(good, 4, OPTIONS)).toEqual({ status: "canary", reason })
    expect(afterShadow(good, 4, { ...OPTIONS, canaryHours: 0 })).toEqual({ status: "live", reason })
  })

  it("ends at once when it fails, or has nothing to say", () => {
    expect(afterShadow({ ...good, failed: 5 }, 1, OPTIONS)).toMatchObject({
      status: "failed",
      reason: "it failed in 5 of 400 shadow answers",
    })
    expect(afterShadow({ ...good, empty: 41 }, 1, OPTIONS)).toMatchObject({ status: "candidate" })
  })

  it("does not judge by little, and does not wait for ever", () => {
    const few = { answers: 9, failed: 9, empty: 0, common: 0 }
    expect(afterShadow(few, 27, OPTIONS)).toBeUndefined()
    expect(afterShadow(few, 28, OPTIONS)).toEqual({
      status: "candidate",
      reason: "only 9 shadow answers in 28 hours: too little to tell",
    })
  })
})

describe("afterCanary", () => {
  const live = { lists: 9_000, fallbacks: 90, clicked: 900 }
  const good = { lists: 1_000, fallbacks: 12, clicked: 95 }

  it("waits for its time, then goes live unless it is clicked clearly less", () => {
    expect(afterCanary(good, live, 23, OPTIONS)).toBeUndefined()
    expect(afterCanary(good, live, 24, OPTIONS)).toEqual({
      status: "live",
      reason:
        "its lists were not clicked clearly less: 9.5 % against 10.0 % of the live version, in 1000 lists",
    })
  })

  it("ends at once when its lists are clicked clearly less, or fall back more", () => {
    expect(afterCanary({ ...good, clicked: 60 }, live, 1, OPTIONS)).toMatchObject({
      status: "candidate",
      reason: expect.stringContaining("clicked clearly less: 6.0 % against 10.0 %"),
    })
    expect(afterCanary({ ...good, fallbacks: 40 }, live, 1, OPTIONS)).toMatchObject({
      status: "candidate",
      reason: expect.stringContaining("fell back clearly more often: 4.0 % against 1.0 %"),
    })
  })

  it("does not judge by little, and does not wait for ever", () => {
    const few = { lists: 100, fallbacks: 100, clicked: 0 }
    expect(afterCanary(few, live, 24, OPTIONS)).toBeUndefined()
    expect(afterCanary(few, live, 168, OPTIONS)).toMatchObject({ status: "candidate" })
  })
})

describe("advanceTrial", () => {
  const setUp = async () => {
    const clock = new ManualClock(1_000_000_000)
    const models = new MemoryModelStore(clock)
    const events = new MemoryEventLog()
    const exposures = new MemoryExposureStore()
    const log = new MemoryTrialLog(exposures, events)
    const window = { from: 0, to: 1, events: 1, sessions: 1, items: 1 }
    for (const version of ["old", "new"])
      await models.save(
        {
          version,
          status: "candidate",
          createdAt: 1,
          models: [],
          config: {},
          window,
          metrics: {},
          durationMs: 1,
        },
        {}
      )
    await models.promote("old")
    const advance = () => advanceTrial(models, log, OPTIONS, clock)
    /** `lists` of each version, every `n`-th clicked. */
    const show = async (version: string, lists: number, n: number) => {
      for (let i = 0; i < lists; i++) {
        const requestId = `${version}-${i}`
        const shown = { placement: "trending", featureNames: [], slots: [], context: {} }
        await exposures.record([{ ...shown, requestId, ts: clock.now(), modelVersion: version }])
        if (i % n === 0) await events.append([shopEvent({ type: "select_item", request_id: requestId })])
      }
    }
    return { clock, models, log, advance, show }
  }

  it("does nothing without a version on trial", async () => {
    const { advance } = await setUp()
    expect(await advance()).toBeUndefined()
  })

  it("leads a version from shadow over canary to live, with the reasons", async () => {
    const { clock, models, log, advance, show } = await setUp()
    await takeStep(models, "new", firstStep(true, OPTIONS, "clearly better"))
    const answer = { version: "new", live: "old", model: "vmis-knn", shown: ["a"], would: ["a"] }
    await log.record(Array.from({ length: 60 }, () => ({ ...answer, ts: clock.now() })))
    expect(await advance()).toBeUndefined()
    clock.advance(4 * HOUR)
    expect(await advance()).toMatchObject({ version: "new", status: "canary" })
    await show("old", 300, 5)
    await show("new", 250, 5)
    expect(await advance()).toBeUndefined()
    clock.advance(24 * HOUR)
    expect(await advance()).toMatchObject({ version: "new", status: "live" })
    const live = await models.live()
    expect(live?.steps?.map(({ status }) => status)).toEqual(["shadow", "canary", "live"])
    expect(live?.steps?.map(({ reason }) => reason)[0]).toBe("clearly better")
    expect((await models.previous())?.version).toBe("old")
  })

  it("takes a canary back that is clicked clearly less, and counts nothing from before", async () => {
    const { clock, models, advance, show } = await setUp()
    await show("new", 300, 1)
    clock.advance(1)
    await takeStep(models, "new", firstStep(true, { ...OPTIONS, shadowHours: 0 }, "clearly better"))
    await show("old", 300, 5)
    expect(await advance()).toBeUndefined()
    for (let i = 0; i < 3; i++) clock.advance(HOUR)
    await show("new-but-other", 300, 100)
    expect(await advance()).toBeUndefined()
    expect((await models.trial())?.version).toBe("new")
  })
})
