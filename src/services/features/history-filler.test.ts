import { MemoryCatalogStore } from "../../adapters/memory/memory-catalog-store"
import { MemoryEventClaims } from "../../adapters/memory/memory-event-claims"
import { MemoryEventLog } from "../../adapters/memory/memory-event-log"
import { MemoryFeatureStore } from "../../adapters/memory/memory-feature-store"
import { MemorySubjectStore } from "../../adapters/memory/memory-subject-store"
import { ManualClock } from "../lib"
import { NO_CONSENT } from "../privacy"
import { placeOf, type LoggedEvent, type ShopEvent } from "../events"
import { shopEvent } from "../testing/events"
import { CatalogKeeper, FeatureUpdater, HistoryFiller, itemKeys, placed, readItem } from "."

const NOW = Date.UTC(2026, 0, 15)
const DAY = 86_400_000
const view = (id: string, changes: Partial<ShopEvent> = {}) =>
  shopEvent({ ts: NOW, items: [{ product_id: id }], ...changes })

function setUp() {
  const store = new MemoryFeatureStore()
  const claims = new MemoryEventClaims()
  const subjects = new MemorySubjectStore()
  const history = new MemoryEventLog()
  const catalog = new CatalogKeeper({ store: new MemoryCatalogStore() })
  const updater = new FeatureUpdater({ store, catalog })
  const filler = () =>
    new HistoryFiller({ history, store, updater, claims, subjects, clock: new ManualClock(NOW) })
  const views = async (id: string) => readItem(await store.getMany(itemKeys([id])), id, NOW).views
  /** What the stream delivers: only what is claimed first there. */
  const deliver = async (...events: ShopEvent[]) => {
    const logged = events.map((event, i): LoggedEvent => ({ event, offset: String(i), partition: 2 }))
    const owned = await claims.claim(
      logged.map((one) => ({ eventId: one.event.event_id, place: placeOf(one) }))
    )
    await updater.apply(logged.filter((_, i) => owned[i]).map(placed))
  }
  return { store, subjects, history, updater, filler, views, deliver }
}

it("fills an empty store, once, whoever does it and however often", async () => {
  const { history, filler, views } = setUp()
  await history.append(Array.from({ length: 600 }, (_, i) => view("a", { visitor_id: `v${i}` })))
  await Promise.all([filler().fill(), filler().fill()])
  expect(await views("a")).toBeCloseTo(600, 3)
  await history.append([view("a")])
  await filler().fill()
  expect(await views("a")).toBeCloseTo(600, 3)
})

it("goes on where it was cut off, and counts nothing twice", async () => {
  const { history, filler, views, updater } = setUp()
  await history.append(Array.from({ length: 600 }, () => view("a")))
  const apply = updater.apply.bind(updater)
  let calls = 0
  updater.apply = async (...args) => {
    if (++calls === 3) throw new Error("killed")
    return apply(...args)
  }
  await expect(filler().fill()).rejects.toThrow("killed")
  await filler().fill()
  expect(await views("a")).toBeCloseTo(600, 3)
})

it("leaves to the stream what the stream has brought, and takes what it will bring", async () => {
  const { history, filler, views, deliver } = setUp()
  const [before, during, both] = [view("a"), view("b"), view("c")]
  const old = view("d", { ts: NOW - 10 * DAY })
  await history.append([old, before, both])
  await deliver(during, both)
  await filler().fill()
  await deliver(both, before, during)
  const counted = await Promise.all(["a", "b", "c"].map(views))
  for (const count of counted) expect(count).toBeCloseTo(1, 6)
  expect(await views("d")).toBeGreaterThan(0)
})

it("builds no profile of those who have withdrawn since, nor of what is too old", async () => {
  const { history, filler, store, subjects, views } = setUp()
  await history.append([
    view("a", { visitor_id: "v" }),
    view("a", { visitor_id: "w" }),
    view("b", { ts: NOW - 100 * DAY }),
  ])
  await subjects.recordConsent("v", NO_CONSENT, NOW)
  await filler().fill(NOW - 90 * DAY)
  const keys = ["shopper:visitor:v", "shopper:visitor:w"] as const
  expect([...(await store.getMany(keys)).keys()]).toEqual(["shopper:visitor:w"])
  expect(await views("a")).toBeCloseTo(2, 6)
  expect(await views("b")).toBe(0)
})

it("stops when it is told to, and leaves no mark", async () => {
  const { history, filler, views } = setUp()
  await history.append([view("a")])
  const stopped = filler()
  stopped.stop()
  await stopped.fill()
  expect(await views("a")).toBe(0)
  await filler().fill()
  expect(await views("a")).toBeCloseTo(1, 6)
})
