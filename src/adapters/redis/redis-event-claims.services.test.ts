import { setTimeout as sleep } from "node:timers/promises"
import { newEventId } from "../../services/events"
import { eventClaimsContract } from "../../services/testing/event-claims.contract"
import { countTraffic } from "./__tests__/count-traffic"
import { describeWithRedis } from "./__tests__/describe-with-redis"
import { compactId } from "./compact-id"
import { RedisEventClaims } from "./redis-event-claims"

describeWithRedis("claims", ({ open, prefix }, kind) => {
  eventClaimsContract(`redis ${kind}`, async () => {
    const connection = await open()
    return {
      claims: new RedisEventClaims(connection, { prefix: prefix() }),
      close: async () => connection.close(),
    }
  })

  it("claims a batch in one round trip", async () => {
    const connection = await open()
    const claims = new RedisEventClaims(connection, { prefix: prefix() })
    const batch = Array.from({ length: 100 }, (_, i) => ({ eventId: newEventId(i), place: `0:${i}` }))
    const { writes, calls } = await countTraffic(connection, ["set"], () => claims.claim(batch))
    expect(calls).toEqual({ set: 100 })
    expect(writes).toEqual(kind === "server" ? [1] : [1, 1, 1])
  })

  it("forgets a claim after its time", async () => {
    const claims = new RedisEventClaims(await open(), { prefix: prefix(), ttlSeconds: 1 })
    const eventId = newEventId(0)
    expect(await claims.claim([{ eventId, place: "0:1" }])).toEqual([true])
    expect(await claims.claim([{ eventId, place: "0:2" }])).toEqual([false])
    while (!(await claims.claim([{ eventId, place: "0:2" }]))[0]) await sleep(50)
    expect(await claims.claim([{ eventId, place: "0:1" }])).toEqual([false])
  })

  it("is unavailable while Redis is away", async () => {
    const connection = await open()
    const claims = new RedisEventClaims(connection, { prefix: prefix() })
    connection.close()
    await expect(claims.claim([{ eventId: newEventId(0), place: "0:1" }])).rejects.toMatchObject({
      code: "unavailable",
    })
  })
})

it("writes an id in few characters, each in its own way", () => {
  const ids = [newEventId(0), newEventId(0), newEventId(1)]
  const compact = ids.map(compactId)
  expect(compact.map((id) => id.length)).toEqual([22, 22, 22])
  expect(new Set(compact).size).toBe(3)
  expect(compactId("order:1")).toBe("order:1")
})
