import { ManualClock } from "../services/lib"
import { Remembered } from "./remembered"

function setUp(answers: Record<string, string> = { pk: "web" }) {
  const clock = new ManualClock(0)
  const source = { reads: 0, fails: false, hangs: false }
  const remembered = new Remembered<string>(
    async (key) => {
      source.reads++
      if (source.hangs) await new Promise(() => undefined)
      if (source.fails) throw new Error("away")
      return answers[key]
    },
    { clock, budgetMs: 5, patienceMs: 10 }
  )
  return { clock, source, remembered, answers }
}

describe("Remembered", () => {
  it("asks once a minute, and once for all who ask at the same time", async () => {
    const { clock, source, remembered, answers } = setUp()
    expect(await Promise.all([remembered.get("pk"), remembered.get("pk")])).toEqual(["web", "web"])
    clock.advance(59_999)
    answers.pk = "app"
    expect(await remembered.get("pk")).toBe("web")
    expect(source.reads).toBe(1)
    clock.advance(1)
    expect(await remembered.get("pk")).toBe("app")
    expect(source.reads).toBe(2)
  })

  it("finds what was made a moment after it was missing", async () => {
    const { clock, source, remembered, answers } = setUp({})
    expect(await remembered.get("pk")).toBeUndefined()
    answers.pk = "web"
    expect(await remembered.get("pk")).toBeUndefined()
    expect(source.reads).toBe(1)
    clock.advance(5_000)
    expect(await remembered.get("pk")).toBe("web")
  })

  it.each(["fails", "hangs"] as const)(
    "goes on with what it knows for ten minutes when the source %s",
    async (how) => {
      const { clock, source, remembered } = setUp()
      await remembered.get("pk")
      source[how] = true
      clock.advance(60_000)
      expect(await remembered.get("pk")).toBe("web")
      const { reads } = source
      // For a second nobody waits for it again.
      expect(await remembered.get("pk")).toBe("web")
      expect(source.reads).toBe(reads)
      clock.advance(540_000)
      await expect(remembered.get("pk")).rejects.toMatchObject({ code: "unavailable", retryAfter: 1 })
      await expect(remembered.get("other")).rejects.toMatchObject({ code: "unavailable" })
    }
  )

  it("forgets at once what the source no longer knows", async () => {
    const { clock, source, remembered, answers } = setUp()
    await remembered.get("pk")
    delete answers.pk
    clock.advance(60_000)
    expect(await remembered.get("pk")).toBeUndefined()
    source.fails = true
    clock.advance(5_000)
    await expect(remembered.get("pk")).rejects.toMatchObject({ code: "unavailable" })
  })
})
