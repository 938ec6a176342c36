import { z } from "zod"
import { section } from "./section"

const sasl = <M extends string>(mechanism: M) =>
  z.strictObject({
    mechanism: z.literal(mechanism),
    username: z.string().min(1),
    password: z.string().min(1),
  })

export const eventsOptions = section({
  queueSize: z
    .number()
    .int()
    .min(1)
    .max(1_000_000)
    .default(10_000)
    .describe("Events waiting for the database before the answer is 429."),
  retentionDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe("Days raw events are kept and accepted."),
  futureToleranceSeconds: z
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe("How far ahead of the server's clock an event may be."),
  ratePerVisitor: z.number().int().min(1).default(600).describe("Events a visitor may send per minute."),
  ratePerIp: z.number().int().min(1).default(6_000).describe("Events an address may send per minute."),
  ratePerKey: z
    .number()
    .int()
    .min(1)
    .default(600_000)
    .describe("Events that may come with one publishable key per minute."),
  consume: z
    .boolean()
    .default(true)
    .describe(
      "Whether Medusa's own processes help to handle the events of `redisUrl` and `kafkaBrokers`. Turn it off where `medusa-personalization consume` does it."
    ),
})

export const redisOptions = section({
  keyPrefix: z
    .string()
    .regex(/^[\w.:-]{1,64}$/, "must be 1 to 64 letters, digits, or any of . _ : -")
    .default("personalization")
    .describe("What all keys begin with."),
  partitions: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(8)
    .describe(
      "Streams the events are spread over; at most so many processes handle events at a time. Not to be changed later."
    ),
  maxStreamLength: z
    .number()
    .int()
    .min(1_000)
    .default(1_000_000)
    .describe("Events on all streams, handled or not, before the answer is 429."),
})

export const kafkaOptions = section({
  clientId: z.string().min(1).max(128).default("medusa-personalization").describe("Name at the brokers."),
  topicPrefix: z
    .string()
    .regex(/^[\w.-]{1,100}$/, "must be 1 to 100 letters, digits, or any of . _ -")
    .default("personalization")
    .describe("What topics and consumer groups begin with."),
  partitions: z
    .number()
    .int()
    .min(1)
    .max(1_000)
    .default(12)
    .describe("Partitions of the topic when it is made; at most so many processes handle events at a time."),
  replicationFactor: z.number().int().min(1).max(9).default(1).describe("Copies of each partition."),
  retentionDays: z
    .number()
    .int()
    .min(1)
    .max(28)
    .default(7)
    .describe("Days Kafka keeps events; PostgreSQL keeps them for `events.retentionDays`."),
  ssl: z.boolean().default(false).describe("Encrypt the connection to the brokers."),
  sasl: z
    .discriminatedUnion("mechanism", [sasl("plain"), sasl("scram-sha-256"), sasl("scram-sha-512")])
    .optional()
    .describe("`{ mechanism, username, password }` where the brokers ask for it."),
})
