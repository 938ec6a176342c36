import { uuidv7 } from "./ids"
import { createOutbox } from "./outbox"
import { openStore } from "./store"
import { fakeStorage } from "./testing"

describe("the outbox", () => {
  it("hands out the oldest events first and keeps them until they are removed", () => {
    const outbox = createOutbox(openStore(fakeStorage()))
    for (let at = 0; at < 60; at++) outbox.add(uuidv7(1000 + at), "v1", { at })
    const first = outbox.next()!
    expect(first.events.map((event) => JSON.parse(event).at)).toEqual(
      Array.from({ length: 50 }, (_, at) => at)
    )
    expect(outbox.next()).toEqual(first)
    outbox.remove(first.keys)
    expect(outbox.next()!.keys).toHaveLength(10)
  })

  it("never mixes two visitors in a batch, so that a login is never applied to someone else's events", () => {
    const outbox = createOutbox(openStore(fakeStorage()))
    outbox.add(uuidv7(1), "v1", {})
    outbox.add(uuidv7(2), "v2", {})
    outbox.add(uuidv7(3), "v1", {})
    const batch = outbox.next()!
    expect([batch.visitorId, batch.keys.length]).toEqual(["v1", 2])
    outbox.remove(batch.keys)
    expect(outbox.next()!.visitorId).toBe("v2")
  })

  it("keeps a thousand events and lets the oldest go", () => {
    const storage = fakeStorage()
    const outbox = createOutbox(openStore(storage))
    for (let at = 0; at < 1005; at++) outbox.add(uuidv7(at), "v1", { at })
    expect(storage.length).toBe(1000)
    expect(JSON.parse(outbox.next()!.events[0]!).at).toBe(5)
  })

  it("keeps a batch below what a browser sends from a closing page", () => {
    const outbox = createOutbox(openStore(fakeStorage()))
    const big = { text: "x".repeat(20_000) }
    for (let at = 0; at < 5; at++) outbox.add(uuidv7(at), "v1", big)
    expect(outbox.next()!.keys).toHaveLength(2)
  })

  it("is shared by the tabs of a browser without one overwriting the other", () => {
    const storage = fakeStorage()
    const [one, two] = [createOutbox(openStore(storage)), createOutbox(openStore(storage))]
    one.add(uuidv7(1), "v1", { tab: 1 })
    two.add(uuidv7(2), "v1", { tab: 2 })
    expect(one.next()!.keys).toEqual(two.next()!.keys)
    one.remove(one.next()!.keys)
    expect(two.next()).toBeUndefined()
  })

  it("goes on in memory when the storage refuses", () => {
    const full = fakeStorage()
    full.setItem = () => {
      throw new Error("QuotaExceededError")
    }
    const outbox = createOutbox(openStore(full))
    outbox.add(uuidv7(1), "v1", { at: 1 })
    expect(outbox.next()!.keys).toHaveLength(1)
    outbox.clear()
    expect(outbox.next()).toBeUndefined()
  })
})
