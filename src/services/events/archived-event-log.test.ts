import { MemoryEventLog } from "../../adapters/memory/memory-event-log"
import { FULL_CONSENT, NO_CONSENT } from "../privacy"
import { shopEvent } from "../testing/events"
import { ArchivedEventLog, forgetEvent, type LoggedEvent, type ShopEvent } from "."

function setUp(consume = true) {
  const stream = new MemoryEventLog({ maxAttempts: 2, backoffMs: 1 })
  const archive = new MemoryEventLog()
  const sessions: string[] = []
  const log = new ArchivedEventLog({
    stream,
    archive,
    consume,
    forgotten: async (ids) => void sessions.push(...ids),
    retryMs: 1,
  })
  const kept = async () => {
    const all: ShopEvent[] = []
    for await (const batch of log.replay()) all.push(...batch.map(({ event }) => event))
    return all
  }
  return { stream, archive, log, sessions, kept }
}

it("keeps in the archive what has passed through the stream, once", async () => {
  const { log, kept, archive } = setUp()
  const events = [shopEvent(), shopEvent()]
  log.begin()
  await log.append(events)
  await log.archived()
  await log.copy(events.map((event, i) => ({ event, offset: String(i) })))
  expect((await kept()).map((event) => event.event_id)).toEqual(events.map((event) => event.event_id))
  expect(await log.head()).toBe(await archive.head())
  await log.close()
})

it("copies nothing where others do it", async () => {
  const { log, kept } = setUp(false)
  log.begin()
  await log.append([shopEvent()])
  await log.archived()
  expect(await kept()).toEqual([])
  await log.close()
})

it("forgets in the order of the stream, and keeps no order to forget", async () => {
  const { log, kept, sessions } = setUp()
  log.begin()
  await log.append([
    shopEvent({ visitor_id: "v", session_id: "s1" }),
    shopEvent({ visitor_id: "w", session_id: "s2", properties: { order_id: "o" } }),
    forgetEvent({ visitorId: "v" }, "all", 0),
    forgetEvent({ visitorId: "w" }, "profile", 0),
    shopEvent({ visitor_id: "v", session_id: "s3" }),
  ])
  await log.archived()
  const events = await kept()
  expect(events.map(({ visitor_id }) => visitor_id)).toEqual([undefined, "v"])
  expect(events.map(({ session_id }) => session_id)).toEqual([undefined, "s3"])
  expect(sessions).toEqual(["s1", "s2"])
  await log.close()
})

it("erases again what a batch that is delivered anew brings back", async () => {
  const { log, kept } = setUp(false)
  const batch: LoggedEvent[] = [
    { offset: "1", event: shopEvent({ visitor_id: "v" }) },
    { offset: "2", event: forgetEvent({ visitorId: "v", customerId: "c" }, "all", 0) },
  ]
  await log.copy(batch)
  await log.copy(batch)
  expect(await kept()).toEqual([])
})

it("takes the names off at a withdrawal, and stores nothing without consent to it", async () => {
  const { log, kept } = setUp(false)
  const withdrawal = { ...FULL_CONSENT, personalization: false }
  const update = (consent: typeof withdrawal) =>
    shopEvent({ type: "consent_update", visitor_id: "v", items: [], consent })
  await log.copy(
    [
      shopEvent({ visitor_id: "v" }),
      update(withdrawal),
      shopEvent({ visitor_id: "v" }),
      update(NO_CONSENT),
    ].map((event, i) => ({ event, offset: String(i) }))
  )
  expect((await kept()).map(({ type, visitor_id }) => [type, visitor_id])).toEqual([
    ["view_item", undefined],
    ["consent_update", "v"],
    ["view_item", undefined],
  ])
})

it("tries to subscribe until it can", async () => {
  const { log, stream, kept } = setUp()
  const subscribe = stream.subscribe.bind(stream)
  let failures = 0
  stream.subscribe = async (...args) => {
    if (failures++ < 2) throw new Error("not yet")
    return subscribe(...args)
  }
  log.begin()
  await log.append([shopEvent()])
  await log.archived()
  expect([failures, (await kept()).length]).toEqual([3, 1])
  await log.close()
})
