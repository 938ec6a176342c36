import { MemoryDeadLetterStore } from "../../adapters/memory/memory-dead-letter-store"
import { MemoryEventLog } from "../../adapters/memory/memory-event-log"
import { MemorySubjectStore } from "../../adapters/memory/memory-subject-store"
import { ManualClock } from "../lib"
import { FULL_CONSENT, NO_CONSENT } from "../privacy"
import { DeadLetters, Ingest, INGEST_GROUP } from "."

const NOW = Date.UTC(2026, 0, 15, 12)

function setUp() {
  const deadLetters = new MemoryDeadLetterStore()
  const subjects = new MemorySubjectStore()
  const log = new MemoryEventLog()
  const ingest = new Ingest({ log, subjects, deadLetters, clock: new ManualClock(NOW) })
  const send = async (...events: unknown[]) => {
    const { rejected } = await ingest.submit({ events }, { origin: "browser" })
    // Kept beside the answer.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
    return rejected
  }
  const letters = () => deadLetters.list({ limit: 100 })
  return { deadLetters, subjects, ingest, send, letters }
}

const view = (changes: object = {}) => ({
  type: "view_item",
  ts: NOW,
  consent: FULL_CONSENT,
  visitor_id: "v1",
  ...changes,
})

it("keeps a refused event with its reason", async () => {
  const { send, letters } = setUp()
  const [{ message }] = await send(view({ items: [] }), view({ items: [{ product_id: "p" }] }))
  const [letter, ...more] = await letters()
  expect(more).toEqual([])
  expect(letter).toMatchObject({ group: INGEST_GROUP, event: view({ items: [] }) })
  expect(letter.error).toContain(message)
})

it("keeps nothing without consent to storing, and no names without consent to a profile", async () => {
  const { send, letters } = setUp()
  const wrong = { type: "no such thing", session_id: "s1", customer_id: "c1" }
  await send(view({ ...wrong, consent: NO_CONSENT }), view({ ...wrong, consent: undefined }), 7)
  expect(await letters()).toEqual([])
  await send(view({ ...wrong, consent: { analytics: true } }))
  const [{ event }] = await letters()
  expect(Object.keys(event as object).sort()).toEqual(["consent", "ts", "type"])
})

it("obeys a recorded refusal, whatever the event says", async () => {
  const { letters, subjects, ingest } = setUp()
  await subjects.recordConsent("v1", NO_CONSENT, NOW - 1)
  await ingest.submit({ events: [view({ items: [] })] }, { origin: "browser" })
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect(await letters()).toEqual([])
})

it("leaves out what is too long or cannot be stored, and says so", async () => {
  const { send, letters } = setUp()
  await send(view({ note: "x".repeat(9_000) }))
  await send(view({ note: "a\u0000b" }))
  await send(view({ note: "a\ud800b" }))
  expect((await letters()).map(({ event }) => event)).toEqual([
    { left_out: "characters that cannot be stored" },
    { left_out: "characters that cannot be stored" },
    { left_out: expect.stringMatching(/^9\d{3} characters$/) },
  ])
})

it("keeps a few of a batch and the newest of all", async () => {
  const { send, letters, deadLetters } = setUp()
  await send(...Array.from({ length: 50 }, () => view({ items: [] })))
  expect(await letters()).toHaveLength(10)
  for (let i = 0; i < 2_000; i += 500)
    await deadLetters.add(
      Array.from({ length: 500 }, (_, n) => ({
        group: INGEST_GROUP,
        origin: `old:${i + n}`,
        event: {},
        error: "",
      }))
    )
  await send(view({ items: [] }))
  expect(await deadLetters.list({ group: INGEST_GROUP, limit: 5_000 })).toHaveLength(1_000)
})

it("can be sent again once the cause is mended", async () => {
  const { send, letters, deadLetters, ingest } = setUp()
  await send(view({ type: "typo", items: [{ product_id: "p" }] }))
  const again = new DeadLetters(deadLetters, {
    [INGEST_GROUP]: async ({ event }) => {
      const mended = { ...(event as object), type: "view_item" }
      const { rejected } = await ingest.submit({ events: [mended] }, { origin: "browser" })
      if (rejected.length > 0) throw new Error(rejected[0].message)
    },
  })
  const [{ id }] = await letters()
  expect(await again.replay([id])).toEqual({ replayed: [id], failed: [] })
})
