import { describeWithPostgres } from "../../adapters/postgres/__tests__/describe-with-postgres"
import { schemaOf } from "../../adapters/postgres"
import { ManualClock, noMetrics, silentLogger } from "../../services/lib"
import type { ModelVersion } from "../../services/models"
import { resolveOptions } from "./options"
import { memoryStorage, postgresStorage, type Storage } from "./storage"

const DAY_MS = 86_400_000
const NOW = Date.UTC(2026, 5, 1)
const parts = { clock: new ManualClock(NOW), logger: silentLogger, metrics: noMetrics }
const options = resolveOptions({ serving: { exposureRetentionDays: 10 } })

async function trainOften({ models }: Storage): Promise<void> {
  for (let n = 1; n <= 25; n++) {
    const version: ModelVersion = {
      version: `v${n}`,
      status: "candidate",
      createdAt: n,
      models: [],
      config: {},
      window: { from: 0, to: 1, events: 1, sessions: 1, items: 1 },
      metrics: {},
      durationMs: 1,
    }
    await models.save(version, {})
    if (n <= 2) await models.promote(version.version)
  }
}

describe("memoryStorage", () => {
  it("keeps the live version, the one before and the newest", async () => {
    const storage = memoryStorage(parts)
    await trainOften(storage)
    await storage.maintain(options)
    const kept = (await storage.models.list()).map(({ version }) => version)
    expect(kept).toEqual([...Array.from({ length: 20 }, (_, i) => `v${25 - i}`), "v2", "v1"])
  })
})

describeWithPostgres("postgresStorage", ({ url, open }) => {
  it("forgets what is older than the options say", async () => {
    const storage = postgresStorage({ url, schema: schemaOf(await open()), poolSize: 2 }, parts)
    await storage.open()
    try {
      await trainOften(storage)
      const shown = { placement: "p", featureNames: [], slots: [], context: {} }
      await storage.exposures.record([
        { ...shown, requestId: "old", ts: NOW - 11 * DAY_MS },
        { ...shown, requestId: "new", ts: NOW - 9 * DAY_MS },
      ])
      await storage.maintain(options)
      expect(await storage.exposures.get("old")).toBeUndefined()
      expect(await storage.exposures.get("new")).toBeDefined()
      expect(await storage.models.list()).toHaveLength(22)
    } finally {
      await storage.close()
    }
  })
})
