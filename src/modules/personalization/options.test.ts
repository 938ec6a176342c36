import { PersonalizationError } from "../../services/lib"
import { resolveOptions } from "./options"

describe("options", () => {
  it("have a default each and are frozen all through", () => {
    const options = resolveOptions(undefined)
    expect(options.postgres.schema).toBe("personalization")
    expect(options.serving.deadlineMs).toBe(100)
    expect(Object.isFrozen(options)).toBe(true)
    expect(Object.isFrozen(options.serving)).toBe(true)
  })

  it("keep what is given and fill in the rest", () => {
    const options = resolveOptions({ serving: { deadlineMs: 50 } })
    expect(options.serving).toEqual({
      deadlineMs: 50,
      maxLimit: 50,
      candidates: 100,
      anonymousSeconds: 1,
      anonymousMaxAgeSeconds: 0,
      exposureRetentionDays: 400,
    })
  })

  it("take the addresses of a cluster", () => {
    const redisUrl = "redis://10.0.0.1:7000, rediss://user:secret@10.0.0.2:7000"
    const kafkaBrokers = ["kafka-1:9092", "kafka-2:9092"]
    expect(resolveOptions({ redisUrl, kafkaBrokers })).toMatchObject({
      redisUrl,
      kafkaBrokers,
      kafka: { partitions: 12, retentionDays: 7 },
    })
  })

  it.each([
    [{ serving: { deadlineMs: "fast" } }, "serving.deadlineMs"],
    [{ retrieval: { index: "annoy" } }, "retrieval.index"],
    [{ postgres: { schema: 'x"; DROP' } }, "postgres.schema"],
    [{ unknown: 1 }, "unknown"],
    [{ events: { queueSise: 5 } }, "queueSise"],
    [{ redisUrl: "localhost:6379" }, "redisUrl"],
    [{ kafkaBrokers: ["localhost:9092"] }, "needs `redisUrl`"],
    [{ redisUrl: "redis://localhost", kafkaBrokers: ["localhost"] }, "kafkaBrokers.0"],
    [{ redisUrl: "redis://localhost", schemaRegistryUrl: "http://localhost:8081" }, "schemaRegistryUrl"],
    [{ redisUrl: "redis://localhost", kafka: { retentionDays: 90 } }, "kafka.retentionDays"],
    [{ training: { models: ["vmis-knn", "magic"] } }, 'training.models`: there is no model "magic"'],
    [{ training: { modelOptions: { magic: {} } } }, "training.modelOptions"],
    [{ training: { modelOptions: { "vmis-knn": { k: -1 } } } }, "training.modelOptions.vmis-knn.k"],
    [
      { training: { models: ["blend"], modelOptions: { blend: { sources: "magic" } } } },
      "training.modelOptions",
    ],
  ])("stop the start for %j, name %s and say the remedy", (input, name) => {
    expect(() => resolveOptions(input)).toThrow(PersonalizationError)
    expect(() => resolveOptions(input)).toThrow(name)
    expect(() => resolveOptions(input)).toThrow("medusa-config")
  })
})
