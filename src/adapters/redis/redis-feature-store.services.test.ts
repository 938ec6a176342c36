import { setTimeout as sleep } from "node:timers/promises"
import type { FeatureKey, FeatureUpdate } from "../../services/features"
import { featureStoreContract } from "../../services/testing/feature-store.contract"
import { countTraffic } from "./__tests__/count-traffic"
import { describeWithRedis } from "./__tests__/describe-with-redis"
import { RedisFeatureStore } from "./redis-feature-store"

const add = (key: FeatureKey, n = 1): FeatureUpdate => ({
  key,
  feature: "x",
  next: (state) => ((state as number | undefined) ?? 0) + n,
})

describeWithRedis("features", ({ open, prefix }, kind) => {
  featureStoreContract(`redis ${kind}`, async () => new RedisFeatureStore(await open(), { prefix: prefix() }))

  featureStoreContract(
    `redis ${kind} without a cache`,
    async () => new RedisFeatureStore(await open(), { prefix: prefix(), globalCacheMs: 0 })
  )

  it("reads all records of a request in one round trip", async () => {
    const connection = await open()
    const options = { prefix: prefix() }
    const store = new RedisFeatureStore(connection, options)
    const keys: FeatureKey[] = ["shopper:customer:c", "shopper:visitor:v", "session:s", "global:all"]
    for (let i = 0; i < 40; i++) keys.push(`item:p${i}`)
    await store.apply(keys.map((key) => add(key)))
    // Another reader: what the writer has in its cache it would not ask for.
    const reader = new RedisFeatureStore(connection, options)
    let found = 0
    const { writes, calls } = await countTraffic(connection, ["mget", "get"], async () => {
      found = (await reader.getMany(keys)).size
    })
    expect(found).toBe(44)
    expect(calls).toEqual(kind === "server" ? { mget: 1, get: 0 } : { mget: 0, get: 44 })
    // To each server one write at most, all of them before any answer.
    expect(writes).toEqual(kind === "server" ? [1] : [1, 1, 1])
  })

  it("takes a record that has not changed for the one that it knows, whoever has changed or erased it meanwhile", async () => {
    const connection = await open()
    const options = { prefix: prefix(), globalCacheMs: 0 }
    const [store, other] = [
      new RedisFeatureStore(connection, options),
      new RedisFeatureStore(connection, options),
    ]
    const key: FeatureKey = "shopper:visitor:v"
    const read = async () => (await store.getMany([key])).get(key)
    await other.apply([add(key)])
    const first = await read()
    expect(first).toEqual({ x: 1 })
    expect(await read()).toBe(first)
    await other.apply([add(key)])
    expect(await read()).toEqual({ x: 2 })
    await store.apply([add(key)])
    const written = await read()
    expect(written).toEqual({ x: 3 })
    expect(await read()).toBe(written)
    await other.erase(key)
    expect(await read()).toBeUndefined()
    // As it was at first, by a write of its own.
    await other.apply([add(key)])
    expect(await read()).toEqual({ x: 1 })
    expect(first).toEqual({ x: 1 })
  })

  it("asks for a global record again only after a while, and knows at once what it has changed itself", async () => {
    const connection = await open()
    const options = { prefix: prefix(), globalCacheMs: 300 }
    const [store, other] = [
      new RedisFeatureStore(connection, options),
      new RedisFeatureStore(connection, options),
    ]
    const read = async () => (await store.getMany(["global:all"])).get("global:all")
    expect(await read()).toBeUndefined()
    await store.apply([add("global:all")])
    expect(await read()).toEqual({ x: 1 })
    const { writes } = await countTraffic(connection, [], read)
    expect(writes.every((n) => n === 0)).toBe(true)
    await other.apply([add("global:all")])
    while (((await read())?.x as number) < 2) await sleep(20)
    expect(await read()).toEqual({ x: 2 })
    await store.erase("global:all")
    expect(await read()).toBeUndefined()
  })

  it("loses nothing of 1,000 updates of one counter by four processes at once", async () => {
    const options = { prefix: prefix() }
    const stores = await Promise.all(
      [1, 2, 3, 4].map(async () => new RedisFeatureStore(await open(), options))
    )
    await Promise.all(
      Array.from({ length: 1_000 }, async (_, i) => {
        // Not all in one group: each store writes many times.
        await sleep(i % 50)
        await stores[i % 4].apply([add("global:all"), add(`item:p${i % 7}`)])
      })
    )
    const keys: FeatureKey[] = ["global:all", ...Array.from({ length: 7 }, (_, i) => `item:p${i}` as const)]
    const reader = new RedisFeatureStore(await open(), options)
    const records = await reader.getMany(keys)
    expect(records.get("global:all")).toEqual({ x: 1_000 })
    const items = keys.slice(1).map((key) => records.get(key)?.x as number)
    expect(items).toEqual([143, 143, 143, 143, 143, 143, 142])
  })

  it("counts once what two processes deliver from the same places", async () => {
    const options = { prefix: prefix() }
    const stores = [
      new RedisFeatureStore(await open(), options),
      new RedisFeatureStore(await open(), options),
    ]
    const at = (offset: number): FeatureUpdate => ({
      ...add("item:a"),
      at: { partition: 3, offset: String(offset) },
    })
    for (let offset = 10; offset < 60; offset++)
      await Promise.all(stores.map((store) => store.apply([at(offset)])))
    expect((await stores[0].getMany(["item:a"])).get("item:a")).toEqual({ x: 50 })
  })

  it("spares the other calls when an update of one throws", async () => {
    const store = new RedisFeatureStore(await open(), { prefix: prefix() })
    const bad: FeatureUpdate = {
      ...add("item:b"),
      next: () => {
        throw new Error("no")
      },
    }
    const outcomes = await Promise.allSettled([
      store.apply([add("item:a")]),
      store.apply([add("item:a", 10), bad]),
      store.apply([add("item:a", 100)]),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"])
    expect(await store.getMany(["item:a", "item:b"])).toEqual(new Map([["item:a", { x: 101 }]]))
  })

  it("lets a record end when it has not changed for its time", async () => {
    const store = new RedisFeatureStore(await open(), { prefix: prefix(), ttl: { session: 50 } })
    await store.apply([add("session:s"), add("item:a")])
    while ((await store.getMany(["session:s"])).size > 0) await sleep(10)
    expect((await store.getMany(["item:a"])).get("item:a")).toEqual({ x: 1 })
  })

  it("is unavailable at once while Redis is away", async () => {
    const connection = await open()
    const store = new RedisFeatureStore(connection, { prefix: prefix() })
    connection.close()
    await expect(store.getMany(["item:a"])).rejects.toMatchObject({ code: "unavailable" })
    await expect(store.apply([add("item:a")])).rejects.toMatchObject({ code: "unavailable" })
    await expect(store.erase("item:a")).rejects.toMatchObject({ code: "unavailable" })
  })
})
