import { ManualClock } from "../lib"
import { Nearby } from "."

const PARIS = { latitude: 48.86, longitude: 2.35 }
const told = { name: "test", freshMs: 1_000, staleMs: 10_000, timeoutMs: 150 }

describe("Nearby", () => {
  afterEach(() => jest.useRealTimers())

  it("answers at once with what it knows, and asks beside the request", async () => {
    const clock = new ManualClock(0)
    let answer = 1
    const asked: object[] = []
    const nearby = new Nearby(
      async (at) => {
        asked.push(at)
        return answer
      },
      { ...told, clock }
    )
    expect(nearby.get(PARIS)).toBeUndefined()
    await nearby.settled()
    // The same tenth of a degree.
    expect(nearby.get({ latitude: 48.9, longitude: 2.4 })).toBe(1)
    expect(asked).toEqual([{ latitude: 48.9, longitude: 2.4 }])
    answer = 2
    clock.set(1_000)
    expect(nearby.get(PARIS)).toBe(1)
    await nearby.settled()
    expect(nearby.get(PARIS)).toBe(2)
    clock.set(12_000)
    expect(nearby.get(PARIS)).toBeUndefined()
  })

  it("asks once for a place however many requests come from it", async () => {
    const ask = jest.fn(async () => 1)
    const nearby = new Nearby(ask, { ...told, clock: new ManualClock(0) })
    for (let i = 0; i < 5; i++) nearby.get(PARIS)
    await nearby.settled()
    expect(ask).toHaveBeenCalledTimes(1)
  })

  it("gives up after its time what never answers, and leaves alone who fails again and again", async () => {
    jest.useFakeTimers()
    const ask = jest.fn((_at: object, _signal: AbortSignal) => new Promise<number>(() => {}))
    const nearby = new Nearby(ask, told)
    for (let i = 0; i < 5; i++) {
      expect(nearby.get(PARIS)).toBeUndefined()
      await jest.advanceTimersByTimeAsync(149)
      expect(ask.mock.calls[i][1].aborted).toBe(false)
      await jest.advanceTimersByTimeAsync(1)
      expect(ask.mock.calls[i][1].aborted).toBe(true)
    }
    nearby.get(PARIS)
    await jest.advanceTimersByTimeAsync(1_000)
    expect(ask).toHaveBeenCalledTimes(5)
    await jest.advanceTimersByTimeAsync(30_000)
    nearby.get(PARIS)
    await jest.advanceTimersByTimeAsync(0)
    expect(ask).toHaveBeenCalledTimes(6)
    await jest.advanceTimersByTimeAsync(150)
  })
})
