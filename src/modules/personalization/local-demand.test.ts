import type { LocalEvent } from "../../services/context"
import { newEventId } from "../../services/events"
import { ManualClock, silentLogger } from "../../services/lib"
import { FULL_CONSENT, NO_CONSENT } from "../../services/privacy"
import { product } from "../../services/testing/planted-shop"
import { senderOf } from "../../api/_lib/sender"
import { compose } from "./compose"
import type { Engine } from "./engine"
import { resolveOptions } from "./options"

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 5, 3, 12)
const KINDS = ["boots", "earplugs", "mugs"]
const PER_KIND = 4

/** What a CDN says of a shopper in a French region; Brittany lies in the west. */
const headersOf = (region: string) => ({
  "cf-ipcountry": "FR",
  "cf-region-code": region,
  "cf-iplatitude": "48.1",
  "cf-iplongitude": region === "BRE" ? "-1.7" : "2.4",
})

/** A concert in Paris tonight, and nothing in Brittany. */
const concert: LocalEvent = {
  name: "Open air",
  kind: "Concert",
  startsAt: NOW + 7 * HOUR,
  endsAt: NOW + 11 * HOUR,
}

const clock = new ManualClock(NOW)
let engine: Engine

const situationIn = async (region: string) => {
  // The first request of a place has its events asked for, and goes out without them.
  engine.situations.of({ headers: headersOf(region) })
  await new Promise((resolve) => setImmediate(resolve))
  return engine.situations.of({ headers: headersOf(region) })
}

/** Looks at one kind of product, each by somebody else in that region, as browsers tell of them. */
async function wanted(kind: string, region: string, count: number): Promise<void> {
  const situation = await situationIn(region)
  for (let n = 0; n < count; n++) {
    const visitorId = `${kind}-${region}-${n}-${clock.now()}`
    const call = { headers: headersOf(region), query: {}, body: {}, salesChannelIds: ["web"] }
    const sender = senderOf(call, { visitorId, consent: FULL_CONSENT, gpc: false }, situation)
    const event = {
      event_id: newEventId(clock.now()),
      type: "view_item",
      ts: clock.now(),
      items: [{ product_id: `${kind}-${n % PER_KIND}` }],
    }
    await engine.ingest.submit({ events: [event] }, sender)
  }
}

const preview = async (region: string) => {
  const context = { ...(await situationIn(region)), salesChannelIds: ["web"] }
  const { items, candidates } = await engine.steering.preview({
    placement: "trending",
    consent: NO_CONSENT,
    context,
    limit: KINDS.length * PER_KIND,
  })
  const ids = items.map(({ product_id }) => product_id)
  return {
    /** Mean slot of a kind, from 0. */
    place: (kind: string) => ids.reduce((sum, id, at) => sum + (id.startsWith(kind) ? at : 0), 0) / PER_KIND,
    /** How much a side of the situation moves a product; undefined where it moves it not at all. */
    moved: (id: string, signal: string) =>
      candidates
        .find(({ product_id }) => product_id === id)!
        .signals.context.find((one) => one.signal === signal)?.value,
  }
}

beforeAll(async () => {
  engine = compose(resolveOptions({ retrieval: { index: "exact", dimensions: 16 } }), {
    logger: silentLogger,
    clock,
    context: {
      localEvents: { name: "static", events: async ({ longitude }) => (longitude > 0 ? [concert] : []) },
    },
  })
  await engine.start()
  await engine.catalog.upsert(
    KINDS.flatMap((kind) => Array.from({ length: PER_KIND }, (_, n) => product(`${kind}-${n}`, kind)))
  )
  await wanted("boots", "BRE", 60)
  await wanted("mugs", "BRE", 60)
  await wanted("earplugs", "IDF", 60)
  await wanted("mugs", "IDF", 60)
  await engine.featuresCaughtUp()
})
afterAll(() => engine.stop())

describe("what is wanted nearby", () => {
  it("is lifted in its region, against the whole country, and explained", async () => {
    const brittany = await preview("BRE")
    expect(brittany.place("boots")).toBeLessThan(brittany.place("earplugs"))
    expect(brittany.moved("boots-1", "region=FR-BRE")).toBeGreaterThan(0.1)
    expect(brittany.moved("earplugs-1", "region=FR-BRE")).toBeLessThan(-0.1)
    const paris = await preview("IDF")
    expect(paris.place("earplugs")).toBeLessThan(paris.place("boots"))
    expect(paris.moved("boots-1", "region=FR-IDF")).toBeLessThan(-0.1)
  })

  it("is lifted while an event of its kind is near, and explained", async () => {
    const tonight = await preview("IDF")
    expect(tonight.moved("earplugs-1", "event=concert")).toBeGreaterThan(0.1)
    expect(tonight.moved("boots-1", "event=concert")).toBeLessThan(-0.1)
    expect((await preview("BRE")).moved("earplugs-1", "event=concert")).toBeUndefined()
  })
})
