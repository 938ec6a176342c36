import { createDelivery, retryAfter } from "./delivery"
import { uuidv7 } from "./ids"
import { createOutbox, type Batch } from "./outbox"
import { openStore } from "./store"
import { answer, fakeStorage } from "./testing"

beforeEach(() => jest.useFakeTimers({ now: Date.UTC(2026, 0, 1) }))
afterEach(() => jest.useRealTimers())

/** A delivery whose server answers with `answers` in turn, the last one for ever; an Error is a dead network. */
function setUp(...answers: (Response | Error)[]) {
  const outbox = createOutbox(openStore(fakeStorage()))
  const posts: { at: number; events: number[]; last: boolean }[] = []
  const began = Date.now()
  const post = async (batch: Batch, last: boolean) => {
    posts.push({ at: Date.now() - began, events: batch.events.map((event) => JSON.parse(event).n), last })
    const next = answers.length > 1 ? answers.shift()! : answers[0]!
    if (next instanceof Error) throw next
    return next
  }
  const delivery = createDelivery({ outbox, allowed: () => allowed, post, answered: () => Promise.resolve() })
  let allowed = true
  const forbid = () => void (allowed = false)
  let n = 0
  const happen = (soon = false) => delivery.added(outbox.add(uuidv7(), "v1", { n: n++ }), soon)
  return { outbox, delivery, posts, happen, forbid }
}

describe("delivery", () => {
  it("sends five seconds after the first event", async () => {
    const { posts, happen } = setUp(answer(202))
    happen()
    await jest.advanceTimersByTimeAsync(3000)
    happen()
    await jest.advanceTimersByTimeAsync(1999)
    expect(posts).toEqual([])
    await jest.advanceTimersByTimeAsync(1)
    expect(posts).toEqual([{ at: 5000, events: [0, 1], last: false }])
  })

  it("sends at once with the tenth event, and with one that cannot wait", async () => {
    const { posts, happen } = setUp(answer(202))
    for (let n = 0; n < 9; n++) happen()
    await jest.advanceTimersByTimeAsync(0)
    expect(posts).toHaveLength(0)
    happen()
    await jest.advanceTimersByTimeAsync(0)
    expect(posts.map(({ events }) => events.length)).toEqual([10])
    happen(true)
    await jest.advanceTimersByTimeAsync(0)
    expect(posts.map(({ events }) => events.length)).toEqual([10, 1])
  })

  it("backs off from half a second to a minute and then loses nothing", async () => {
    const dead = new Error("network")
    const { outbox, posts, happen } = setUp(...Array<Error>(12).fill(dead), answer(202))
    happen(true)
    await jest.advanceTimersByTimeAsync(15 * 60_000)
    expect(posts).toHaveLength(13)
    const waits = posts.slice(1).map(({ at }, before) => at - posts[before]!.at)
    waits.forEach((wait, attempt) => {
      const longest = Math.min(60_000, 500 * 2 ** attempt)
      expect(wait).toBeGreaterThanOrEqual(Math.floor(longest / 2))
      expect(wait).toBeLessThanOrEqual(longest + 1)
    })
    expect(outbox.next()).toBeUndefined()
  })

  it("waits as long as Retry-After says", async () => {
    const { posts, happen } = setUp(answer(429, {}, { "retry-after": "30" }), answer(202))
    happen(true)
    await jest.advanceTimersByTimeAsync(29_999)
    expect(posts).toHaveLength(1)
    await jest.advanceTimersByTimeAsync(2)
    expect(posts).toHaveLength(2)
  })

  it("does not ask again before the wait is over, even when told to flush", async () => {
    const { delivery, posts, happen } = setUp(answer(503, {}, { "retry-after": "30" }), answer(202))
    happen(true)
    await jest.advanceTimersByTimeAsync(1000)
    await delivery.flush()
    expect(posts).toHaveLength(1)
  })

  it.each([400, 401, 404, 413])("drops what the server refuses for good (%i)", async (status) => {
    const { outbox, posts, happen } = setUp(answer(status))
    happen(true)
    await jest.advanceTimersByTimeAsync(120_000)
    expect(posts).toHaveLength(1)
    expect(outbox.next()).toBeUndefined()
  })

  it.each([408, 429, 500, 502, 503])("keeps what a later try may deliver (%i)", async (status) => {
    const { outbox, posts, happen } = setUp(answer(status), answer(202))
    happen(true)
    await jest.advanceTimersByTimeAsync(1000)
    expect(posts).toHaveLength(2)
    expect(outbox.next()).toBeUndefined()
  })

  it("empties a long queue batch by batch, each event once", async () => {
    const { delivery, posts, happen } = setUp(answer(202))
    for (let n = 0; n < 120; n++) happen()
    await delivery.flush()
    expect(posts.map(({ events }) => events.length)).toEqual([50, 50, 20])
    expect(new Set(posts.flatMap(({ events }) => events)).size).toBe(120)
  })

  it("sends nothing that is not allowed any more", async () => {
    const { delivery, posts, happen, forbid } = setUp(answer(202))
    happen(true)
    forbid()
    delivery.flushLast()
    await delivery.flush()
    await jest.advanceTimersByTimeAsync(60_000)
    expect(posts).toEqual([])
  })

  it("sends the rest of a closing page without repeating what is on its way", async () => {
    const { delivery, posts, happen } = setUp(answer(202))
    happen()
    delivery.flushLast()
    delivery.flushLast()
    await jest.advanceTimersByTimeAsync(10_000)
    expect(posts).toEqual([{ at: 0, events: [0], last: true }])
  })
})

it("reads Retry-After in seconds and as a date", () => {
  const header = (value: string) => retryAfter(answer(503, {}, { "retry-after": value }))
  expect(header("7")).toBe(7000)
  expect(header(new Date(Date.now() + 90_000).toUTCString())).toBe(90_000)
  expect(header("soon")).toBe(0)
  expect(retryAfter(undefined)).toBe(0)
})
