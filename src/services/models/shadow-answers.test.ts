import { ManualClock, noMetrics, silentLogger } from "../lib"
import { ShadowAnswers } from "./shadow-answers"
import type { ShadowAnswer } from "./trial-log.port"

const NAMES = { version: "new", live: "old", model: "vmis-knn" }
const list = (...ids: string[]) => ids.map((id, i) => ({ id, score: 1 - i / 100 }))

describe("ShadowAnswers", () => {
  const setUp = (sample: number) => {
    const written: ShadowAnswer[] = []
    const counted: string[] = []
    const log = { record: async (answers: readonly ShadowAnswer[]) => void written.push(...answers) }
    const metrics = { ...noMetrics, count: (name: string) => void counted.push(name) }
    const shadow = new ShadowAnswers({
      log,
      sample,
      metrics,
      clock: new ManualClock(5),
      logger: silentLogger,
    })
    return { written, counted, log, shadow }
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve))

  it("asks every so many times, after the shopper has got an answer", async () => {
    const { shadow, written } = setUp(0.25)
    let asked = 0
    for (let i = 0; i < 20; i++) {
      shadow.offer(NAMES, list("a", "b"), () => {
        asked++
        return list("b")
      })
      if (i === 3) expect(asked).toBe(0)
      await turn()
    }
    expect(asked).toBe(5)
    await shadow.stop()
    expect(written).toHaveLength(5)
    expect(written[0]).toEqual({ ...NAMES, ts: 5, shown: ["a", "b"], would: ["b"] })
  })

  it("asks never, or always", async () => {
    for (const sample of [0, 1]) {
      const { shadow, written } = setUp(sample)
      for (let i = 0; i < 7; i++) {
        shadow.offer(NAMES, [], () => [])
        await turn()
      }
      await shadow.stop()
      expect(written).toHaveLength(7 * sample)
    }
  })

  it("keeps the first ten products, and why there are none", async () => {
    const { shadow, written } = setUp(1)
    shadow.offer(NAMES, list(..."abcdefghijklmn"), () => {
      throw new Error("boom")
    })
    await turn()
    await shadow.stop()
    expect(written[0].shown).toEqual([..."abcdefghij"])
    expect(written[0]).toMatchObject({ would: [], failed: "Error: boom" })
  })

  it("drops questions rather than letting them pile up", async () => {
    const { shadow, written, counted } = setUp(1)
    for (let i = 0; i < 25; i++) shadow.offer(NAMES, [], () => [])
    await turn()
    await shadow.stop()
    expect(written).toHaveLength(10)
    expect(counted).toHaveLength(15)
  })

  it("survives a log that cannot be written", async () => {
    const { shadow, log, counted } = setUp(1)
    log.record = () => Promise.reject(new Error("no connection"))
    shadow.offer(NAMES, [], () => [])
    await turn()
    await shadow.stop()
    expect(counted).toEqual(["shadow_answers_dropped_total"])
  })
})
