import type { NewDeadLetter } from "../../services/events"
import { shopEvent } from "../../services/testing/events"
import { MemoryEventClaims } from "../memory"
import { AvroEventCodec } from "./avro-event-codec"
import { KafkaEventStream, type KafkaEventStreamOptions } from "./kafka-event-stream"

/** Nobody listens there. */
const make = async (options: Partial<KafkaEventStreamOptions> = {}) =>
  new KafkaEventStream({
    brokers: ["127.0.0.1:9"],
    codec: await AvroEventCodec.create(),
    claims: new MemoryEventClaims(),
    bury: async (_: NewDeadLetter) => undefined,
    ...options,
  })

describe("KafkaEventStream without Kafka", () => {
  it("loads nothing until it is used", async () => {
    const load = jest.fn()
    const stream = await make({ load })
    expect(await stream.append([])).toEqual({ appended: [], duplicates: [] })
    await stream.close()
    expect(load).not.toHaveBeenCalled()
  })

  it("says that it is away, and whose option that is", async () => {
    const stream = await make()
    expect(await stream.reachable()).toBe(false)
    const away = { code: "unavailable", message: expect.stringContaining("kafkaBrokers") }
    await expect(stream.append([shopEvent()])).rejects.toMatchObject(away)
    await expect(stream.lag("features")).rejects.toMatchObject(away)
    await stream.close()
    await expect(stream.append([shopEvent()])).rejects.toMatchObject({ code: "unavailable" })
  })

  it("waits for Kafka with a group, and stops waiting when it is closed", async () => {
    const stream = await make()
    const subscription = await stream.subscribe("features", async () => undefined)
    const caughtUp = subscription.caughtUp()
    await stream.close()
    expect(await caughtUp).toBeUndefined()
  })

  it("refuses what it cannot do", async () => {
    const stream = await make()
    await expect(
      stream.subscribe("features", async () => undefined, { from: { after: "7" } })
    ).rejects.toMatchObject({ code: "invalid_input" })
    await expect(make({ retentionDays: 29 })).rejects.toMatchObject({
      code: "invalid_option",
      message: expect.stringContaining("retentionDays"),
    })
  })
})
