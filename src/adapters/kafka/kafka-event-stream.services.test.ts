import { randomBytes } from "node:crypto"
import { Socket } from "node:net"
import * as kafkajs from "kafkajs"
import { PersonalizationError } from "../../services/lib"
import type { NewDeadLetter, ShopEvent } from "../../services/events"
import { eventStreamContract } from "../../services/testing/event-stream.contract"
import { describeWithService } from "../__tests__/describe-with-service"
import { MemoryEventClaims } from "../memory"
import { AvroEventCodec } from "./avro-event-codec"
import type { KafkaJs } from "./kafka-client"
import { KafkaEventStream, type KafkaEventStreamOptions } from "./kafka-event-stream"

/** kafkajs on connections that can be cut as the end of a process would cut them. */
function cuttable(): { load: () => Promise<KafkaJs>; cut: () => void } {
  const sockets = new Set<Socket>()
  let dead = false
  const socketFactory: kafkajs.ISocketFactory = ({ host, port, onConnect }) => {
    const socket = new Socket()
    if (dead) return socket.destroy(new Error("the process is dead"))
    sockets.add(socket)
    return socket.connect(port, host, onConnect)
  }
  class Kafka extends kafkajs.Kafka {
    constructor(config: kafkajs.KafkaConfig) {
      super({ ...config, socketFactory })
    }
  }
  return {
    load: async () => ({ ...kafkajs, Kafka }),
    cut: () => {
      dead = true
      for (const socket of sockets) socket.destroy(new Error("the process is dead"))
    },
  }
}

describeWithService(
  "Kafka",
  "PERSONALIZATION_TEST_KAFKA",
  "node scripts/lib/services/kafka.mjs run -- <command>",
  (service) => {
    const make = async () => {
      const letters: NewDeadLetter[] = []
      const opened = new Map<KafkaEventStream, () => void>()
      const shared = {
        brokers: service.split(","),
        topicPrefix: `test-${randomBytes(6).toString("hex")}`,
        partitions: 3,
        codec: await AvroEventCodec.create(),
        claims: new MemoryEventClaims(),
        bury: async (letter: NewDeadLetter) => void letters.push(letter),
        maxAttempts: 2,
        backoffMs: 10,
        sessionTimeoutMs: 2_000,
        rebalanceTimeoutMs: 10_000,
      }
      const open = async (options: Partial<KafkaEventStreamOptions> = {}) => {
        const { load, cut } = cuttable()
        const stream = new KafkaEventStream({ ...shared, load, ...options })
        opened.set(stream, cut)
        return stream
      }
      return {
        stream: await open(),
        another: () => open(),
        crash: async (stream: unknown) => opened.get(stream as KafkaEventStream)?.(),
        letters,
        open,
        shared,
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
  }
)
