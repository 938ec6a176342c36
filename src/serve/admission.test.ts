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

  it("refuses while the first in line has waited too long, and no longer", async () => {
    const { clock, started, enter } = setUp()
    for (let n = 0; n < 10; n++) enter(n)
    clock.now = 100
    expect(enter(10)).toBeUndefined()
    clock.now = 101
    expect(enter(11)).toBe("wait")
    await turns(20)
    expect(started).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(enter(12)).toBeUndefined()
  })

  it("gives lists and events lines of their own, served in turn", async () => {
    const { clock, started, enter } = setUp(5)
    for (let n = 0; n < 5; n++) enter(n, "events")
    clock.now = 500
    expect([enter(5, "events"), enter(6), enter(7)]).toEqual(["in_flight", undefined, undefined])
    await turns(10)
    expect(started).toEqual([0, 6, 1, 7, 2, 3, 4])
  })

  it("lets events wait for longer than lists", () => {
    const { clock, enter } = setUp()
    for (let n = 0; n < 4; n++) enter(n, n < 2 ? "list" : "events")
    clock.now = 500
    expect([enter(4), enter(5, "events")]).toEqual(["wait", undefined])
    clock.now = 1_001
    expect(enter(6, "events")).toBe("wait")
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
