import { FEATURES, FeaturePipeline, FeatureUpdater, SharedFeatures } from "../../services/features"
import type { FeatureKey, FeatureRecord, FeatureStore } from "../../services/features"
import type { LoggedEvent, ShopEvent } from "../../services/events"
import { Random } from "../../services/lib"
import { NO_CONSENT } from "../../services/privacy"
import { shopEvent } from "../../services/testing/events"
import { product, TestCatalog } from "../../services/testing/planted-shop"
import { MemoryEventLog, MemoryFeatureStore } from "../memory"
import { describeWithRedis } from "./__tests__/describe-with-redis"
import { RedisEventStream } from "./redis-event-stream"
import { RedisFeatureStore } from "./redis-feature-store"

const T = Date.UTC(2026, 0, 15)
const PRODUCTS = 400
const TYPES = [...new Set(FEATURES.flatMap((feature) => feature.events))]
const catalog = new TestCatalog(
  Array.from({ length: PRODUCTS }, (_, i) => product(`p${i}`, `category-${i % 9}`))
)

/** Shoppers who come anonymously, log in now and then, buy, and sometimes withdraw. */
function history(n: number): ShopEvent[] {
  const random = new Random(7)
  return Array.from({ length: n }, (_, i) => {
    const visitor = random.int(60)
    const withdraws = random.next() < 0.01
    const knows = random.next() < 0.2
    return shopEvent({
      type: withdraws ? "consent_update" : random.pick(TYPES),
      ...(withdraws && { consent: NO_CONSENT }),
      ts: T + i * 60_000 - random.int(3_600_000),
      visitor_id: `v${visitor}`,
      customer_id: knows ? `c${visitor % 25}` : undefined,
      session_id: `s${visitor}-${Math.floor(i / 300)}`,
      context: { country: random.pick(["GB", "DE", "FR"]) },
      placement: random.pick(["home", "product"]),
      items: Array.from({ length: 1 + random.int(3) }, (_, position) => ({
        product_id: `p${random.int(PRODUCTS)}`,
        position,
      })),
      bot: random.next() < 0.02 ? true : undefined,
    })
  })
}

async function everythingIn(store: FeatureStore): Promise<Map<FeatureKey, FeatureRecord>> {
  const all: [FeatureKey, FeatureRecord][] = []
  for await (const entry of store.snapshot()) all.push(entry)
  return new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)))
}

describeWithRedis("the same features", ({ open, prefix }) => {
  const events = history(3_000)

  /** What the embedded shop makes of them: rebuilt from its log. */
  async function embedded() {
    const log = new MemoryEventLog()
    await log.append(events)
    const store = new MemoryFeatureStore()
    const pipeline = new FeaturePipeline({ log, updater: new FeatureUpdater({ store, catalog }) })
    await pipeline.start()
    await pipeline.stop()
    return everythingIn(store)
  }

  it("come out of history and of the stream, in memory and in Redis", async () => {
    const expected = await embedded()
    expect(new Set([...expected.keys()].map((key) => key.split(":", 1)[0])).size).toBe(4)
    expect(expected.get("global:all")).toHaveProperty("popular_now.ids.length", 300)

    const connection = await open()
    // One partition: with several, shoppers' events mix in another order, and sums of floats with them.
    const options = { prefix: prefix(), partitions: 1, pollMs: 50, bury: async () => undefined }
    const stream = new RedisEventStream(connection, options)
    const live = new RedisFeatureStore(connection, { prefix: `${options.prefix}-live` })
    const updater = new FeatureUpdater({ store: live, catalog })
    const shared = new SharedFeatures({ stream, updater, consume: true })
    shared.begin()
    for (let from = 0; from < events.length; from += 100) await stream.append(events.slice(from, from + 100))
    await shared.caughtUp()
    await shared.stop()
    expect(await everythingIn(live)).toEqual(expected)

    const replayed = new RedisFeatureStore(connection, { prefix: `${options.prefix}-replayed` })
    const again = new FeatureUpdater({ store: replayed, catalog })
    const seen: LoggedEvent[] = []
    const reading = await stream.subscribe("all", async (batch) => void seen.push(...batch), {
      from: "beginning",
    })
    await reading.caughtUp()
    for (let from = 0; from < seen.length; from += 500) await again.apply(seen.slice(from, from + 500))
    expect(await everythingIn(replayed)).toEqual(expected)
    await stream.close()
  })

  it("come out the same in both when every batch is delivered twice", async () => {
    const placed = events.map((event, i) => ({ event, at: { partition: i % 3, offset: String(i + 1) } }))
    const inMemory = new MemoryFeatureStore()
    const inRedis = new RedisFeatureStore(await open(), { prefix: prefix() })
    for (const store of [inMemory, inRedis]) {
      const random = new Random(3)
      const updater = new FeatureUpdater({ store, catalog })
      for (let from = 0; from < placed.length;) {
        const size = 1 + random.int(400)
        for (let time = 0; time < 2; time++) await updater.apply(placed.slice(from, from + size))
        from += size
      }
    }
    const found = await everythingIn(inRedis)
    expect(found.size).toBeGreaterThan(PRODUCTS)
    expect(found).toEqual(await everythingIn(inMemory))
  })
})
