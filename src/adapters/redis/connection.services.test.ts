import { setTimeout as sleep } from "node:timers/promises"
import { RateLimiterRedis } from "rate-limiter-flexible"
import type { Logger } from "../../services/lib"
import { silentLogger } from "../../services/lib"
import { idsOf, manyEvents } from "../../services/testing/event-stream.contract"
import { describeWithRedis } from "./__tests__/describe-with-redis"
import { flakyProxy } from "./__tests__/flaky-proxy"
import { RedisConnection } from "./connection"
import { RedisEventStream } from "./redis-event-stream"
import { RedisFeatureStore } from "./redis-feature-store"

describe("RedisConnection", () => {
  it.each(["", "localhost:6379", "http://localhost", "redis://a:1,", "redis://:secret@a:1,nonsense"])(
    "refuses the address %p without repeating it",
    async (url) => {
      const error = await RedisConnection.open({ url }).catch((cause: Error) => cause)
      expect(error).toMatchObject({ code: "invalid_option" })
      expect((error as Error).message).not.toContain("secret")
    }
  )

  it("opens while nobody is there, complains once, and says that it is unavailable", async () => {
    const said: string[] = []
    const logger: Logger = { ...silentLogger, warn: (message) => void said.push(message) }
    // A port that is reserved, and so never a Redis.
    for (const url of ["redis://127.0.0.1:1", "redis://127.0.0.1:1,redis://127.0.0.1:2"]) {
      const connection = await RedisConnection.open({ url, logger })
      const store = new RedisFeatureStore(connection)
      await expect(store.getMany(["item:a"])).rejects.toMatchObject({ code: "unavailable" })
      expect(await connection.reachable()).toBe(false)
      expect(await connection.durability()).toBe("unknown")
      await sleep(300)
      connection.close()
    }
    expect(said).toHaveLength(2)
  })
})

describeWithRedis("connection", ({ url, open, prefix }, kind) => {
  it("says how durable Redis is", async () => {
    const connection = await open()
    expect(await connection.reachable()).toBe(true)
    expect(["always", "everysec", "none"]).toContain(await connection.durability())
  })

  it("bears a store and a limiter that are made while the commands of a turn are gathered", async () => {
    const connection = await open()
    const own = prefix()
    const first = connection.client.xlen(`{${own}}`)
    const store = new RedisFeatureStore(connection, { prefix: own })
    const storeClient = connection.client
    const limiter = new RateLimiterRedis({ storeClient, points: 5, duration: 60, keyPrefix: own })
    const seen = store.apply([{ key: "item:a", feature: "views", next: () => 1 }])
    const [none, taken] = await Promise.all([first, limiter.consume("somebody"), seen])
    expect(none).toBe(0)
    expect(taken.consumedPoints).toBe(1)
    expect((await store.getMany(["item:a"])).get("item:a")).toEqual({ views: 1 })
  })

  if (kind === "server")
    it("fails at once while Redis is away, and goes on by itself when it is back", async () => {
      const proxy = await flakyProxy(url)
      const said: string[] = []
      const logger: Logger = {
        ...silentLogger,
        info: (message) => void said.push(message),
        warn: (message) => void said.push(message),
      }
      const connection = await open({ url: proxy.url, logger })
      const options = {
        prefix: prefix(),
        pollMs: 20,
        backoffMs: 1,
        leaseMs: 500,
        bury: async () => undefined,
      }
      const stream = new RedisEventStream(connection, options)
      const store = new RedisFeatureStore(connection, options)
      const seen: string[] = []
      const subscription = await stream.subscribe("g", async (batch) => {
        await store.apply(
          batch.map(({ partition, offset }) => ({
            key: "item:a",
            feature: "x",
            at: { partition, offset },
            next: (n) => ((n as number | undefined) ?? 0) + 1,
          }))
        )
        seen.push(...idsOf(batch))
      })
      const acknowledged: string[] = []
      const events = manyEvents(300, (i) => ({ visitor_id: `v${i % 20}` }))
      let refused = 0
      for (const [i, event] of events.entries()) {
        if (i % 100 === 50) proxy.cut()
        if (i % 100 === 60) {
          await sleep(200)
          expect(await connection.reachable()).toBe(false)
          proxy.mend()
          while (!(await connection.reachable())) await sleep(20)
        }
        await stream.append([event]).then(
          () => acknowledged.push(event.event_id),
          (error) => {
            expect(error).toMatchObject({ code: "unavailable" })
            refused++
          }
        )
      }
      expect(refused).toBeGreaterThan(0)
      await subscription.caughtUp()
      const lost = acknowledged.filter((id) => !seen.includes(id))
      expect(lost).toEqual([])
      // Each delivered event counts once, though batches were delivered again.
      expect((await store.getMany(["item:a"])).get("item:a")).toEqual({ x: new Set(seen).size })
      expect(said.some((line) => line.includes("will try again"))).toBe(true)
      expect(said.at(-1)).toContain("connected again")
      await stream.close()
      proxy.close()
    })
})
