import { randomBytes } from "node:crypto"
import { Socket } from "node:net"
import * as kafkajs from "kafkajs"
import { PersonalizationError, type Labels, type Metrics } from "../../services/lib"
import type { EventClaims, EventStream, LoggedEvent, NewDeadLetter, ShopEvent } from "../../services/events"
import { eventStreamContract, idsOf, manyEvents } from "../../services/testing/event-stream.contract"
import { shopEvent } from "../../services/testing/events"
import { describeWithService } from "../__tests__/describe-with-service"
import { MemoryEventClaims } from "../memory"
import { AvroEventCodec } from "./avro-event-codec"
import type { KafkaJs } from "./kafka-client"
import { KafkaEventStream, type KafkaEventStreamOptions } from "./kafka-event-stream"

/** kafkajs on connections that can be cut, as the end of a process or of its broker would cut them. */
function cuttable() {
  const sockets = new Set<Socket>()
  let down = false
  const socketFactory: kafkajs.ISocketFactory = ({ host, port, onConnect }) => {
    const socket = new Socket()
    if (down) return socket.destroy(new Error("cut"))
    sockets.add(socket)
    return socket.connect(port, host, onConnect)
  }
  class Kafka extends kafkajs.Kafka {
    constructor(config: kafkajs.KafkaConfig) {
      super({ ...config, socketFactory })
    }
  }
  return {
    load: async (): Promise<KafkaJs> => ({ ...kafkajs, Kafka }),
    cut: () => {
      down = true
      for (const socket of sockets) socket.destroy(new Error("cut"))
      sockets.clear()
    },
    mend: () => void (down = false),
  }
}

class CountingMetrics implements Metrics {
  readonly counts = new Map<string, number>()
  count(name: string, labels?: Labels, by = 1): void {
    const key = `${name} ${JSON.stringify(labels)}`
    this.counts.set(key, (this.counts.get(key) ?? 0) + by)
  }
  gauge(): void {}
  observe(): void {}
}

describeWithService(
  "Kafka",
  "PERSONALIZATION_TEST_KAFKA",
  "node scripts/lib/services/kafka.mjs run -- <command>",
  (service) => {
    const brokers = service.split(",")
    /** The mock knows no settings of topics, and lets a group wait for three seconds before it begins. */
    const isMock = process.env.PERSONALIZATION_TEST_KAFKA_KIND?.includes("mock") ?? false

    const make = async () => {
      const letters: NewDeadLetter[] = []
      const opened = new Map<EventStream, ReturnType<typeof cuttable>>()
      const shared: KafkaEventStreamOptions = {
        brokers,
        topicPrefix: `test-${randomBytes(6).toString("hex")}`,
        partitions: 3,
        retentionDays: 2,
        codec: await AvroEventCodec.create(),
        claims: new MemoryEventClaims(),
        bury: async (letter) => void letters.push(letter),
        maxAttempts: 2,
        backoffMs: 10,
        sessionTimeoutMs: isMock ? 6_000 : 2_000,
        rebalanceTimeoutMs: 10_000,
      }
      const open = async (options: Partial<KafkaEventStreamOptions> = {}) => {
        const connections = cuttable()
        const stream = new KafkaEventStream({ ...shared, load: connections.load, ...options })
        opened.set(stream, connections)
        return stream
      }
      return {
        stream: await open(),
        another: () => open(),
        crash: async (stream: EventStream) => opened.get(stream)?.cut(),
        mend: (stream: EventStream) => opened.get(stream)?.mend(),
        open,
        letters,
        eventsTopic: `${shared.topicPrefix}.events`,
        deadLettersTopic: `${shared.topicPrefix}.dead-letters`,
        deadLetters: async () =>
          letters.map(({ group, event, error }) => ({
            group,
            eventId: (event as ShopEvent).event_id,
            error,
          })),
        close: async () => void (await Promise.all([...opened.keys()].map((stream) => stream.close()))),
      }
    }

    eventStreamContract("Kafka", make)

    describe("KafkaEventStream", () => {
      const kafka = new kafkajs.Kafka({ brokers, logLevel: kafkajs.logLevel.NOTHING })
      const admin = kafka.admin()
      let fixture: Awaited<ReturnType<typeof make>>
      beforeAll(() => admin.connect())
      afterAll(() => admin.disconnect())
      beforeEach(async () => {
        fixture = await make()
      })
      afterEach(() => fixture.close())

      /** Writes what the stream itself never would. */
      const writeRaw = async (value: Buffer) => {
        const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner })
        await producer.connect()
        const [{ partition, baseOffset }] = await producer.send({
          topic: fixture.eventsTopic,
          messages: [{ key: "v", value }],
        })
        await producer.disconnect()
        return `${partition}:${baseOffset}`
      }

      /** The messages of a topic, as somebody else would read them. */
      const readRaw = async (topic: string, count: number) => {
        const consumer = kafka.consumer({ groupId: randomBytes(6).toString("hex"), maxWaitTimeInMs: 100 })
        await consumer.connect()
        await consumer.subscribe({ topic, fromBeginning: true })
        const messages: kafkajs.KafkaMessage[] = []
        await new Promise<void>((resolve) => {
          void consumer.run({
            eachMessage: async ({ message }) => {
              if (messages.push(message) === count) resolve()
            },
          })
        })
        await consumer.disconnect()
        return messages
      }

      it("makes its topics, with the partitions and the retention that are asked for", async () => {
        await fixture.stream.append([shopEvent()])
        if (isMock) return expect(await admin.listTopics()).toContain(fixture.eventsTopic)
        const { topics } = await admin.fetchTopicMetadata({
          topics: [fixture.eventsTopic, fixture.deadLettersTopic],
        })
        expect(topics.map(({ partitions }) => partitions.length)).toEqual([3, 3])
        const resource = { type: kafkajs.ConfigResourceTypes.TOPIC, name: fixture.eventsTopic }
        const { resources } = await admin.describeConfigs({
          resources: [{ ...resource, configNames: ["retention.ms"] }],
          includeSynonyms: false,
        })
        expect(resources[0].configEntries[0].configValue).toBe(String(2 * 86_400_000))
      })

      it("says how far a group is behind, and that it is reachable", async () => {
        const { stream } = fixture
        expect(await stream.reachable()).toBe(true)
        await stream.append(manyEvents(7))
        expect(await stream.lag("behind")).toBe(7)
        const subscription = await stream.subscribe("behind", async () => undefined)
        await subscription.caughtUp()
        expect(await stream.lag("behind")).toBe(0)
      })

      it("leaves out a second telling, and counts it", async () => {
        const metrics = new CountingMetrics()
        const stream = await fixture.open({ metrics })
        const [a, b] = manyEvents(2, () => ({ visitor_id: "v" }))
        await stream.append([a, b, a])
        const seen: string[] = []
        const subscription = await stream.subscribe(
          "counting",
          async (batch) => void seen.push(...idsOf(batch))
        )
        await subscription.caughtUp()
        expect(seen).toEqual([a.event_id, b.event_id])
        expect([...metrics.counts]).toEqual([['events_duplicate_total {"group":"counting"}', 1]])
      })

      it("waits for claims that are away", async () => {
        let calls = 0
        const claims = new MemoryEventClaims()
        const claim: EventClaims["claim"] = async (wanted) => {
          if (++calls <= 3) throw new PersonalizationError("unavailable", "it is away")
          return claims.claim(wanted)
        }
        const stream = await fixture.open({ claims: { claim } })
        const events = manyEvents(2, () => ({ visitor_id: "v" }))
        await stream.append(events)
        const seen: string[] = []
        const subscription = await stream.subscribe(
          "claiming",
          async (batch) => void seen.push(...idsOf(batch))
        )
        await subscription.caughtUp()
        expect(seen).toEqual(events.map((event) => event.event_id))
        expect(fixture.letters).toEqual([])
      })

      it("puts a message aside that is no event, and tells the topic of dead letters whose it was", async () => {
        const [first, last] = manyEvents(2, () => ({ visitor_id: "v" }))
        const { stream, letters } = fixture
        await stream.append([first])
        const origin = await writeRaw(Buffer.from("no event"))
        await stream.append([last])
        const seen: string[] = []
        const subscription = await stream.subscribe(
          "reading",
          async (batch) => void seen.push(...idsOf(batch))
        )
        await subscription.caughtUp()
        expect(seen).toEqual([first.event_id, last.event_id])
        const error = expect.stringContaining("no known encoding")
        const event = { undecodable: Buffer.from("no event").toString("base64") }
        expect(letters).toEqual([{ group: "reading", origin, event, error }])
        const [message] = await readRaw(fixture.deadLettersTopic, 1)
        const headers = Object.fromEntries(
          Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])
        )
        expect(headers).toEqual({ group: "reading", origin, error })
        expect(JSON.parse(String(message.value))).toEqual(event)
      })

      it("puts an event aside only when its letter is kept", async () => {
        let calls = 0
        const letters: NewDeadLetter[] = []
        const bury = async (letter: NewDeadLetter) => {
          if (++calls <= 2) throw new PersonalizationError("unavailable", "it is away")
          letters.push(letter)
        }
        const stream = await fixture.open({ bury })
        const [event] = manyEvents(1)
        await stream.append([event])
        const subscription = await stream.subscribe("burying", async () => {
          throw new Error("cannot bear it")
        })
        await subscription.caughtUp()
        expect(letters).toEqual([expect.objectContaining({ group: "burying", error: "cannot bear it" })])
        expect(calls).toBe(3)
      })

      it("heals by itself when Kafka was away: writing, reading and asking", async () => {
        const stream = await fixture.open({ appendTimeoutMs: 3_000 })
        const [before, meanwhile, after] = manyEvents(3, () => ({ visitor_id: "v" }))
        const seen = new Set<string>()
        const handler = async (batch: readonly LoggedEvent[]) => idsOf(batch).forEach((id) => seen.add(id))
        const shared = await stream.subscribe("healing", handler)
        const own = new Set<string>()
        const alone = await stream.subscribe(
          "healing",
          async (batch) => idsOf(batch).forEach((id) => own.add(id)),
          {
            from: "end",
          }
        )
        await stream.append([before])
        await shared.caughtUp()
        await fixture.crash(stream)
        await expect(stream.append([meanwhile])).rejects.toMatchObject({ code: "unavailable" })
        expect(await stream.reachable()).toBe(false)
        fixture.mend(stream)
        const sent = async () => {
          for (;;) {
            const done = await stream.append([after]).then(
              () => true,
              () => false
            )
            if (done) return
          }
        }
        await sent()
        await shared.caughtUp()
        await alone.caughtUp()
        // What was refused may have arrived nevertheless; what was taken must have.
        seen.delete(meanwhile.event_id)
        own.delete(meanwhile.event_id)
        expect([...seen]).toEqual([before.event_id, after.event_id])
        expect([...own]).toEqual([before.event_id, after.event_id])
      })

      it("loses nothing that was acknowledged while its connections are cut again and again", async () => {
        const { stream } = fixture
        const acknowledged: string[] = []
        let cutting = true
        const cut = async () => {
          while (cutting) {
            await new Promise((resolve) => setTimeout(resolve, 150))
            await fixture.crash(stream)
            fixture.mend(stream)
          }
        }
        const cuts = cut()
        await Promise.all(
          Array.from({ length: 20 }, async (_, writer) => {
            for (let i = 0; i < 30; i++) {
              const events = manyEvents(10, (n) => ({ visitor_id: `v${writer}-${n % 3}` }))
              const done = await stream.append(events).then(
                () => true,
                () => false
              )
              if (done) acknowledged.push(...events.map((event) => event.event_id))
            }
          })
        )
        cutting = false
        await cuts
        const seen = new Map<string, number>()
        const subscription = await stream.subscribe("counting", async (batch) => {
          for (const id of idsOf(batch)) seen.set(id, (seen.get(id) ?? 0) + 1)
        })
        await subscription.caughtUp()
        expect(acknowledged.length).toBeGreaterThan(0)
        expect(acknowledged.filter((id) => !seen.has(id))).toEqual([])
        expect([...seen.values()].filter((times) => times > 1)).toEqual([])
      })
    })
  }
)
