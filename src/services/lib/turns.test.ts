import { Turns } from "./turns"

const turn = () => new Promise<void>((done) => setImmediate(done))

function setUp(ms: number) {
  const turns = new Turns(ms)
  const done: number[] = []
  const work = async (n: number, takes: number) => {
    const later = turns.wait()
    if (later) await later
    for (const until = performance.now() + takes; performance.now() < until;);
    done.push(n)
  }
  return { done, work }
}

describe("Turns", () => {
  it("lets short work share a turn", async () => {
    const { done, work } = setUp(10_000)
    await Promise.all([0, 1, 2].map((n) => work(n, 0)))
    expect(done).toEqual([0, 1, 2])
  })

  it("gives each its own turn once a turn is used up, in the order of their coming", async () => {
    const { done, work } = setUp(1)
    const all = Promise.all([0, 1, 2, 3].map((n) => work(n, 2)))
    const perTurn: number[] = []
    expect(done).toEqual([0])
    for (let before = 1; done.length < 4; before = done.length) {
      await turn()
      perTurn.push(done.length - before)
    }
    await all
    expect(done).toEqual([0, 1, 2, 3])
    expect(Math.max(...perTurn)).toBe(1)
  })

  it("begins anew when nobody has waited", async () => {
    const { done, work } = setUp(1)
    await work(0, 2)
    await turn()
    let later = false
    const second = work(1, 0)
    setImmediate(() => (later = true))
    await second
    expect(later).toBe(false)
    expect(done).toEqual([0, 1])
  })
})
