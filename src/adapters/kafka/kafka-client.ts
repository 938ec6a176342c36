import type { Kafka, KafkaConfig, logCreator } from "kafkajs"
import { PersonalizationError, type Logger } from "../../services/lib"

/** kafkajs as it is imported; another one can be passed in. */
export type KafkaJs = typeof import("kafkajs")

export interface KafkaConnection {
  /** `host:port` of some brokers; the others are found through them. */
  brokers: string[]
  clientId: string
  ssl?: KafkaConfig["ssl"]
  sasl?: KafkaConfig["sasl"]
  /** Loads kafkajs, which only a shop with Kafka needs. */
  load?: () => Promise<KafkaJs>
}

const CONNECT_MS = 3_000
/** Short: whoever uses a client tries again at its own pace, and says meanwhile that Kafka is away. */
const RETRY = { retries: 3, initialRetryTime: 100, maxRetryTime: 1_000 }

/** Clients of one cluster, made when they are first needed. */
export class KafkaClient {
  private loaded: Promise<KafkaJs> | undefined

  constructor(
    private readonly connection: KafkaConnection,
    private readonly logger: Logger
  ) {}

  library(): Promise<KafkaJs> {
    this.loaded ??= (this.connection.load ?? (async () => (await import("kafkajs")).default))()
    return this.loaded
  }

  /** @param requestTimeout ms after which a request has failed that the broker does not answer */
  async open(requestTimeout: number): Promise<Kafka> {
    const { Kafka, logLevel } = await this.library()
    const { brokers, clientId, ssl, sasl } = this.connection
    return new Kafka({
      ...{ brokers, clientId, ssl, sasl, requestTimeout },
      connectionTimeout: CONNECT_MS,
      retry: RETRY,
      logLevel: logLevel.WARN,
      logCreator: this.log,
    })
  }

  /** What kafkajs takes for an error is mostly an outage, of which our own log tells once. */
  private readonly log: logCreator = () => (entry) =>
    this.logger.debug(`kafkajs ${entry.namespace}: ${entry.log.message}`)
}

/** Whatever kafkajs could not do, it may be able to do later. */
export function unavailable(what: string, cause: unknown): PersonalizationError {
  if (cause instanceof PersonalizationError) return cause
  const { message } = cause as Error
  return new PersonalizationError("unavailable", `kafkaBrokers: ${what}: ${message}`, { cause })
}

/** Resolves or rejects as `task` does, unless it takes longer than `ms`. */
export async function within<T>(ms: number, task: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([task, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Resolves after `ms`, or when the signal is given. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener("abort", done)
  })
}
