import type { Logger } from "../../services/lib"
import type { KafkaAdmin } from "./kafka-admin"
import { unavailable, type KafkaClient } from "./kafka-client"

export interface TopicSettings {
  names: string[]
  partitions: number
  replicationFactor: number
  retentionDays: number
}

const DAY_MS = 86_400_000
const REQUEST_MS = 10_000
const TOPIC_CONFIG = 2

/** Sees to it, once, that the topics are there. */
export class KafkaTopics {
  private ensured: Promise<void> | undefined

  constructor(
    private readonly client: KafkaClient,
    private readonly admin: KafkaAdmin,
    private readonly settings: TopicSettings,
    private readonly logger: Logger
  ) {}

  /** @throws PersonalizationError `unavailable` */
  ensure(): Promise<void> {
    this.ensured ??= this.create().catch((error: unknown) => {
      this.ensured = undefined
      throw error
    })
    return this.ensured
  }

  private async create(): Promise<void> {
    const { names, partitions, replicationFactor } = this.settings
    const existing = new Set(await this.admin.use((admin) => admin.listTopics()))
    const missing = names.filter((name) => !existing.has(name))
    await this.compareRetention(names.filter((name) => existing.has(name)))
    if (missing.length === 0) return
    const configEntries = [{ name: "retention.ms", value: String(this.settings.retentionDays * DAY_MS) }]
    const topics = missing.map((topic) => ({
      topic,
      numPartitions: partitions,
      replicationFactor,
      configEntries,
    }))
    try {
      await this.admin.use((admin) => admin.createTopics({ topics, timeout: REQUEST_MS }), 2 * REQUEST_MS)
    } catch (error) {
      await this.touch(missing).catch(() => {
        throw error
      })
      this.logger.warn(
        `kafka: cannot create ${missing.join(", ")}, so the broker's own defaults rule them: ${(error as Error).message}`
      )
    }
  }

  /** Asks for topics by name, which makes a broker create them that is set to do so. */
  private async touch(topics: string[]): Promise<void> {
    const consumer = (await this.client.open(REQUEST_MS)).consumer({ groupId: "personalization.topics" })
    try {
      await consumer.connect()
      await consumer.subscribe({ topics })
    } catch (error) {
      throw unavailable("the topics cannot be found", error)
    } finally {
      await consumer.disconnect()
    }
  }

  /** A topic that keeps events for longer than promised is somebody else's to change, but not unsaid. */
  private async compareRetention(topics: string[]): Promise<void> {
    if (topics.length === 0) return
    const { retentionDays } = this.settings
    const resources = topics.map((name) => ({ type: TOPIC_CONFIG, name, configNames: ["retention.ms"] }))
    const described = await this.admin
      .use((admin) => admin.describeConfigs({ resources, includeSynonyms: false }))
      .catch(() => undefined)
    for (const { resourceName, configEntries } of described?.resources ?? []) {
      const kept = Number(configEntries.find(({ configName }) => configName === "retention.ms")?.configValue)
      if (kept === -1 || kept > retentionDays * DAY_MS)
        this.logger.warn(
          `kafka: topic ${resourceName} keeps events longer than ${retentionDays} days (retention.ms=${kept}); ` +
            "change the topic or kafka.retentionDays"
        )
    }
  }
}
