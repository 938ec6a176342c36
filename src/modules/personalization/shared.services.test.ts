import { randomBytes } from "node:crypto"
import { createDataSource, runMigrations } from "../../adapters/postgres"
import { newEventId, type LoggedEvent } from "../../services/events"
import type { FeatureKey } from "../../services/features"
import { silentLogger } from "../../services/lib"
import { FULL_CONSENT, NO_CONSENT } from "../../services/privacy"
import { product } from "../../services/testing/catalog-store.contract"
import { shopEvent } from "../../services/testing/events"
import { compose } from "./compose"
import type { Engine } from "./engine"
import { resolveOptions } from "./options"
import { healthOf } from "./overview"

const {
  PERSONALIZATION_TEST_DATABASE_URL: database,
  PERSONALIZATION_TEST_REDIS: redis,
  PERSONALIZATION_TEST_REDIS_CLUSTER: cluster,
  PERSONALIZATION_TEST_KAFKA: kafka,
} = process.env

const TRANSPORTS = {
  "Redis streams": redis && { redisUrl: redis },
  "a Redis Cluster": cluster && { redisUrl: cluster },
  Kafka: redis && kafka && { redisUrl: redis, kafkaBrokers: kafka.split(",") },
}

const view = (visitor: string, productId: string, changes: object = {}) => {
  const ts = Date.now()
  return {
    event_id: newEventId(ts),
    type: "view_item",
    ts,
    visitor_id: visitor,
    session_id: `${visitor}-s`,
    consent: FULL_CONSENT,
    items: [{ product_id: productId }],
    ...changes,
  }
}

/** One process answers, another handles the events, as on a cluster. */
async function twoProcesses(transport: object) {
  const id = `test_${randomBytes(6).toString("hex")}`
  const options = resolveOptions({
    ...transport,
    redis: { keyPrefix: id, partitions: 4 },
    kafka: { topicPrefix: id, partitions: 4 },
    retrieval: { index: "exact", dimensions: 8 },
  })
  const target = { url: database!, schema: id, poolSize: 5 }
  const admin = await createDataSource(target).initialize()
  await runMigrations(admin)
  const engine = (consume: boolean) => compose(options, { database: target, logger: silentLogger, consume })
  const front = engine(false)
  const back = engine(true)
  await front.start()
  await back.consume()
  await front.catalog.upsert(["a", "b", "c"].map((one) => product(one)))
  const close = async () => {
    await front.stop()
    await back.stop()
    await admin.query(`DROP SCHEMA "${id}" CASCADE`)
    await admin.destroy()
  }
  return { front, back, close }
}

async function eventually(check: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await check()
    } catch (error) {
      if (tries === 300) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

for (const [name, transport] of Object.entries(TRANSPORTS)) {
  const declare = !database || !transport ? describe.skip : describe
  if (process.env.CI === "true" && declare === describe.skip)
    it(`has what it needs for ${name}`, () => expect([database, transport]).not.toContain(undefined))

  declare(
    `the engine on ${name} (skipped without PostgreSQL, Redis and Kafka: npm run test:services)`,
    () => {
      let front: Engine
      let back: Engine
      let close: () => Promise<void>
      beforeAll(async () => {
        ;({ front, back, close } = await twoProcesses(transport as object))
      }, 120_000)
      afterAll(() => close(), 120_000)

      const send = (...events: object[]) => front.ingest.submit({ events }, { origin: "browser" })
      const profile = async (key: FeatureKey) =>
        JSON.stringify((await front.features.getMany([key])).get(key) ?? null)
      const archived = async () => {
        const all: LoggedEvent[] = []
        for await (const batch of front.log.replay()) all.push(...batch)
        return all.map(({ event }) => event)
      }
      const recent = async (visitor: string) => {
        const { items } = await front.recommender.recommend({
          placement: "recently-viewed",
          visitorId: visitor,
          sessionId: `${visitor}-s`,
          consent: FULL_CONSENT,
          context: { now: Date.now(), salesChannelIds: [] },
        })
        return items.filter(({ reason }) => reason.code === "recently_viewed").map((item) => item.product_id)
      }

      it("shows what one process took in lists that another makes", async () => {
        expect(await send(view("ann", "a"), view("ann", "b"))).toEqual({ accepted: 2, rejected: [] })
        await eventually(async () => expect((await recent("ann")).sort()).toEqual(["a", "b"]))
      })

      it("keeps every event in the archive, once, though it was sent twice", async () => {
        const events = [view("bob", "a"), view("bob", "b"), view("bob", "a")]
        await Promise.all([send(...events), send(...events)])
        await send(events[1])
        await back.featuresCaughtUp()
        await eventually(async () =>
          expect((await archived()).filter((event) => event.visitor_id === "bob")).toHaveLength(3)
        )
        const counts = JSON.parse(await profile("shopper:visitor:bob")).event_counts.view_item
        expect(Math.round(counts[0])).toBe(3)
      })

      it("gives a visitor's history to the customer they turn out to be", async () => {
        await send(view("cat", "a"))
        await front.ingest.submitFacts([
          { type: "login", visitor_id: "cat", customer_id: "cus_cat", consent: FULL_CONSENT },
        ])
        await eventually(async () => expect(await profile("shopper:customer:cus_cat")).toContain('"a"'))
        expect(await profile("shopper:visitor:cat")).toBe("null")
        await eventually(async () =>
          expect((await archived()).some((event) => event.customer_id === "cus_cat")).toBe(true)
        )
        expect(await back.unlink("cat", "cus_cat")).toBe(1)
        expect(await profile("shopper:visitor:cat")).toContain('"a"')
      })

      it("ends a profile when consent is withdrawn, and takes the name off the archive", async () => {
        await send(view("dan", "a"))
        await eventually(async () => expect(await profile("shopper:visitor:dan")).toContain('"a"'))
        await send({ type: "consent_update", ts: Date.now(), visitor_id: "dan", consent: NO_CONSENT })
        await back.featuresCaughtUp()
        await eventually(async () => expect(await profile("shopper:visitor:dan")).toBe("null"))
        await eventually(async () =>
          expect((await archived()).filter((event) => event.visitor_id === "dan")).toEqual([])
        )
      })

      it("erases what is on its way, too", async () => {
        const sent = Array.from({ length: 40 }, (_, i) => view("eve", i % 2 ? "a" : "b"))
        const sending = send(...sent)
        await sending
        await front.erase({ visitorId: "eve" })
        await send(view("fay", "c"))
        await back.featuresCaughtUp()
        await eventually(async () =>
          expect((await archived()).some((event) => event.visitor_id === "fay")).toBe(true)
        )
        await eventually(async () => expect(await profile("shopper:visitor:eve")).toBe("null"))
        await eventually(async () => expect(await profile("session:eve-s")).toBe("null"))
        expect((await archived()).filter((event) => event.visitor_id === "eve")).toEqual([])
      })

      it("puts an event aside that the archive cannot take, and takes it back when asked", async () => {
        const { visitor_id, ts, items } = view("gus", "a")
        const poisoned = { ...shopEvent({ ts, visitor_id, items }), properties: { query: "a\u0000b" } }
        await front.log.append([poisoned])
        await send(view("gus", "b"))
        const letters = () => front.deadLetters.list({ group: "archive", limit: 10 })
        await eventually(async () => expect(await letters()).toHaveLength(1))
        const [{ id, event }] = await letters()
        expect(event).toMatchObject({ event_id: poisoned.event_id })
        // What lies aside is stored as far as it can be, so by now the archive takes it.
        expect(await front.deadLetters.replay([id])).toEqual({ replayed: [id], failed: [] })
        expect(await letters()).toEqual([])
        const theirs = async () => (await archived()).filter((one) => one.visitor_id === "gus")
        await eventually(async () => expect(await theirs()).toHaveLength(2))
      })

      it("says which parts answer", async () => {
        const { checks } = await healthOf(front, true)
        expect(checks).toEqual(expect.arrayContaining([{ name: "redis", ok: true }]))
        expect(checks.some((check) => check.name === "kafka")).toBe(name === "Kafka")
        await eventually(async () => expect(await front.lag()).toEqual({ features: 0, archive: 0 }))
      })
    }
  )
}
