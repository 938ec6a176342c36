import { MemoryEventLog } from "../../adapters/memory/memory-event-log"
import { noMetrics, systemClock } from "../lib"
import { shopEvent } from "../testing/events"
import { CommitQueue } from "./commit-queue"

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

function setUp() {
  const log = new MemoryEventLog()
  return { log, queue: new CommitQueue(log, 10, noMetrics, systemClock) }
}

describe("CommitQueue", () => {
  it("writes what is pushed in whatever microtask after the write before", async () => {
    const { queue } = setUp()
    for (let microtasks = 0; microtasks < 12; microtasks++) {
      await queue.push([shopEvent()])
      for (let i = 0; i < microtasks; i++) await Promise.resolve()
      let written = false
      void queue.push([shopEvent()]).then(() => (written = true))
      await turn()
      expect([microtasks, written]).toEqual([microtasks, true])
    }
  })

  it("is drained when what was pushed before is durable or refused", async () => {
    const { log, queue } = setUp()
    await queue.drained()
    const append = log.append.bind(log)
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    log.append = async (events) => {
      await held
      if (events[0].visitor_id === "refused") throw new Error("no")
      return append(events)
    }
    const pushed = [queue.push([shopEvent()]), queue.push([shopEvent({ visitor_id: "refused" })])]
    const settled = Promise.allSettled(pushed)
    let drained = false
    const drain = queue.drained().then(() => (drained = true))
    await turn()
    expect(drained).toBe(false)
    release()
    await drain
    expect(queue.size).toBe(0)
    await settled
    await queue.close()
    await queue.drained()
  })
})
