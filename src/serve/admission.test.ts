import { Admission, type Kind } from "./admission"

const turn = () => new Promise<void>((done) => setImmediate(done))

function setUp(maxInFlight = 100) {
  const clock = { now: 0 }
  const started: number[] = []
  const admission = new Admission({
    maxInFlight,
    maxWaitMs: { list: 100, events: 1_000 },
    now: () => clock.now,
  })
  const enter = (n: number, kind: Kind = "list") => admission.enter(kind, () => started.push(n))
  return { admission, clock, started, enter }
}

/** Until everybody in line has been let in. */
async function turns(count: number) {
  for (let i = 0; i < count; i++) await turn()
}

describe("Admission", () => {
  it("starts at once what comes alone, and a rush by and by in the order of its coming", async () => {
    const { started, enter } = setUp()
    enter(0)
    expect(started).toEqual([0])
    await turns(2)
    for (let n = 1; n <= 20; n++) expect(enter(n)).toBeUndefined()
    expect(started.length).toBeLessThan(3)
    let before = started.length
    while (started.length < 21) {
      await turn()
      // A turn that starts many leaves those unheard who come meanwhile.
      expect(started.length - before).toBe(1)
      before = started.length
    }
    expect(started).toEqual(Array.from({ length: 21 }, (_, n) => n))
  })

  it("hears connections before it works, but works on", async () => {
    const { admission, started, enter } = setUp()
    for (let n = 0; n < 4; n++) enter(n)
    const turnsUntil = async (count: number) => {
      let taken = 0
      for (; started.length < count; taken++) {
        admission.connection()
        await turn()
      }
      return taken
    }
    expect(await turnsUntil(2)).toBeGreaterThan(4)
    expect(await turnsUntil(3)).toBeGreaterThan(4)
    // Nobody comes any more.
    await turns(3)
    expect(started).toEqual([0, 1, 2, 3])
  })

  it("refuses whom it would not start in time, as it has seen of late", async () => {
    const { clock, started, enter } = setUp(1_000)
    const waits = new Map<number, number>()
    const work = async () => {
      for (let before = started.length; ; before = started.length) {
        clock.now += 10
        await turn()
        for (const n of started.slice(before)) waits.set(n, clock.now - waits.get(n)!)
        if (started.length === before) return
      }
    }
    const rush = (from: number, count: number) =>
      Array.from({ length: count }, (_, i) => {
        waits.set(from + i, clock.now)
        return enter(from + i)
      }).filter((refused) => !refused).length
    // Nothing is known yet.
    expect(rush(0, 50)).toBe(50)
    await work()
    const taken = rush(100, 50)
    expect(taken).toBeGreaterThan(7)
    expect(taken).toBeLessThan(16)
    await work()
    // The first of them was started at once.
    for (const n of started.slice(51)) expect(waits.get(n)).toBeLessThanOrEqual(160)
    // It forgets.
    for (let n = 200; n < 250; n++) {
      enter(n)
      await turn()
    }
    expect(rush(300, 50)).toBe(50)
  })

  it("gives lists and events lines of their own, served in turn", async () => {
    const { clock, started, enter } = setUp(5)
    for (let n = 0; n < 5; n++) enter(n, "events")
    clock.now = 500
    expect([enter(5, "events"), enter(6), enter(7)]).toEqual(["in_flight", undefined, undefined])
    await turns(10)
    expect(started).toEqual([0, 6, 1, 7, 2, 3, 4])
  })

  it("lets events wait for longer than lists", async () => {
    for (const [kind, least, most] of [
      ["list", 1, 3],
      ["events", 8, 15],
    ] as const) {
      const { clock, started, enter } = setUp()
      for (let n = 0; n < 20; n++) enter(n, kind)
      while (started.length < 20) {
        clock.now += 100
        await turn()
      }
      const taken = Array.from({ length: 50 }, (_, n) => enter(20 + n, kind)).filter((refused) => !refused)
      expect(taken.length).toBeGreaterThanOrEqual(least)
      expect(taken.length).toBeLessThanOrEqual(most)
    }
  })

  it("does not refuse those who come after a standstill in which nobody waited", () => {
    const { clock, enter } = setUp()
    enter(0)
    clock.now = 5_000
    for (let n = 1; n < 10; n++) expect(enter(n)).toBeUndefined()
  })

  it("counts who waits and who is under way, until they leave", async () => {
    const { admission, enter } = setUp(3)
    expect([enter(0), enter(1), enter(2), enter(3)]).toEqual([undefined, undefined, undefined, "in_flight"])
    await turns(5)
    expect(enter(4)).toBe("in_flight")
    admission.leave("list")
    expect([enter(5), enter(6)]).toEqual([undefined, "in_flight"])
  })
})
