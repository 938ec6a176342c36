import { ManualClock } from "../../services/lib"
import type { Exposure } from "../../services/serving"
import { auditStoreContract } from "../../services/testing/audit-store.contract"
import { catalogStoreContract } from "../../services/testing/catalog-store.contract"
import { deadLetterStoreContract } from "../../services/testing/dead-letter-store.contract"
import { exposureStoreContract } from "../../services/testing/exposure-store.contract"
import { itemVectorStoreContract } from "../../services/testing/item-vector-store.contract"
import { modelStoreContract } from "../../services/testing/model-store.contract"
import { placementStoreContract } from "../../services/testing/placement-store.contract"
import { rankerStoreContract } from "../../services/testing/ranker-store.contract"
import { ruleStoreContract } from "../../services/testing/rule-store.contract"
import { subjectStoreContract } from "../../services/testing/subject-store.contract"
import { trialLogContract } from "../../services/testing/trial-log.contract"
import { PostgresAuditStore } from "./postgres-audit-store"
import { PostgresCatalogStore } from "./postgres-catalog-store"
import { PostgresDeadLetterStore } from "./postgres-dead-letter-store"
import { PostgresExposureStore } from "./postgres-exposure-store"
import { PostgresItemVectorStore } from "./postgres-item-vector-store"
import { PostgresModelStore } from "./postgres-model-store"
import { PostgresPlacementStore } from "./postgres-placement-store"
import { PostgresEventLog } from "./postgres-event-log"
import { PostgresRankerStore } from "./postgres-ranker-store"
import { PostgresRuleStore } from "./postgres-rule-store"
import { PostgresSubjectStore } from "./postgres-subject-store"
import { PostgresTrialLog } from "./postgres-trial-log"
import { describeWithPostgres } from "./__tests__/describe-with-postgres"

describeWithPostgres("PostgreSQL stores", ({ open, clear }) => {
  let dataSource: Awaited<ReturnType<typeof open>>
  beforeAll(async () => {
    dataSource = await open()
  })
  beforeEach(clear)

  const fresh =
    <S>(make: () => S) =>
    async () => ({ store: make() })
  auditStoreContract(
    "postgres",
    fresh(() => new PostgresAuditStore(dataSource))
  )
  catalogStoreContract(
    "postgres",
    fresh(() => new PostgresCatalogStore(dataSource))
  )
  exposureStoreContract(
    "postgres",
    fresh(() => new PostgresExposureStore(dataSource))
  )
  placementStoreContract(
    "postgres",
    fresh(() => new PostgresPlacementStore(dataSource))
  )
  itemVectorStoreContract(
    "postgres",
    fresh(() => new PostgresItemVectorStore(dataSource))
  )
  rankerStoreContract(
    "postgres",
    fresh(() => new PostgresRankerStore(dataSource))
  )
  ruleStoreContract(
    "postgres",
    fresh(() => new PostgresRuleStore(dataSource))
  )
  subjectStoreContract(
    "postgres",
    fresh(() => new PostgresSubjectStore(dataSource))
  )
  deadLetterStoreContract("postgres", async () => ({
    store: new PostgresDeadLetterStore(dataSource),
    close: async () => {},
  }))
  modelStoreContract("postgres", async () => {
    const clock = new ManualClock(1_700_000_000_000)
    return { store: new PostgresModelStore(dataSource, clock), tick: () => clock.advance(1_000) }
  })

  trialLogContract("postgres", async () => {
    const window = { from: 0, to: 1, events: 1, sessions: 1, items: 1 }
    const rest = { createdAt: 1, models: [], config: {}, window, metrics: {}, durationMs: 1 }
    return {
      log: new PostgresTrialLog(dataSource),
      addVersion: (version) =>
        new PostgresModelStore(dataSource).save({ ...rest, version, status: "candidate" }, {}),
      addExposures: (list) => new PostgresExposureStore(dataSource).record(list),
      addEvents: async (list) => {
        const log = new PostgresEventLog(dataSource)
        await log.append(list)
        await log.close()
      },
    }
  })

  it("finds a single flipped bit in an artifact", async () => {
    const store = new PostgresModelStore(dataSource)
    const window = { from: 0, to: 1, events: 1, sessions: 1, items: 1 }
    const version = {
      version: "a",
      status: "candidate" as const,
      createdAt: 1,
      models: ["m"],
      config: {},
      window,
    }
    const artifact = { meta: {}, arrays: { x: Float32Array.of(1, 2, 3) } }
    await store.save({ ...version, metrics: {}, durationMs: 1 }, { m: artifact })
    const table = `"${(dataSource.options as { schema: string }).schema}".model_artifacts`
    await dataSource.query(`UPDATE ${table} SET content = set_bit(content, 500, 1 - get_bit(content, 500))`)
    await expect(store.artifacts("a")).rejects.toMatchObject({ code: "corrupt_artifact" })
  })

  it("deletes an artifact with the last version that needs it", async () => {
    const store = new PostgresModelStore(dataSource)
    const window = { from: 0, to: 1, events: 1, sessions: 1, items: 1 }
    const base = {
      status: "candidate" as const,
      models: ["m"],
      config: {},
      window,
      metrics: {},
      durationMs: 1,
    }
    for (const [i, version] of ["a", "b", "c"].entries()) {
      const artifact = { meta: {}, arrays: { x: Float32Array.of(i) } }
      await store.save({ ...base, version, createdAt: i + 1 }, { m: artifact })
    }
    expect(await store.prune(1)).toBe(2)
    const table = `"${(dataSource.options as { schema: string }).schema}".model_artifacts`
    expect(await dataSource.query(`SELECT hash FROM ${table}`)).toHaveLength(1)
    expect(Object.keys(await store.artifacts("c"))).toEqual(["m"])
  })

  it("keeps features of any number as 32-bit floats, and reads those that were stored as plain numbers", async () => {
    const store = new PostgresExposureStore(dataSource)
    const slot = (features: number[]) => ({
      productId: "a",
      score: 0.3,
      source: "popularity",
      propensity: 1,
      features,
    })
    const exposure = (requestId: string, slots: Exposure["slots"]): Exposure => ({
      requestId,
      ts: 1_000,
      placement: "trending",
      featureNames: [],
      slots,
      context: {},
    })
    const many = Array.from({ length: 300 }, (_, i) => i / 7 - 20)
    await store.record([exposure("packed", [slot([]), slot([0.1, -2]), slot(many)])])
    expect((await store.get("packed"))!.slots).toEqual([
      slot([]),
      slot([Math.fround(0.1), -2]),
      slot(many.map(Math.fround)),
    ])
    const { schema } = dataSource.options as { schema: string }
    await dataSource.query(
      `INSERT INTO "${schema}".exposures (request_id, ts, placement, body) VALUES ('plain', now(), 'trending', $1)`,
      [JSON.stringify(exposure("plain", [slot([0.1])]))]
    )
    expect((await store.getMany(["plain"])).get("plain")!.slots).toEqual([slot([0.1])])
  })

  it("drops old exposures, a chunk at a time", async () => {
    const store = new PostgresExposureStore(dataSource)
    const one = { placement: "p", featureNames: [], slots: [], context: {} }
    await store.record([1, 2, 3, 4, 5, 6].map((ts) => ({ ...one, requestId: `r${ts}`, ts })))
    expect(await store.purgeBefore(6, 2)).toBe(5)
    expect(await store.get("r5")).toBeUndefined()
    expect((await store.get("r6"))?.ts).toBe(6)
    expect(await store.purgeBefore(6, 2)).toBe(0)
  })

  it("writes nothing for a product that has not changed", async () => {
    const store = new PostgresCatalogStore(dataSource)
    const { product } = await import("../../services/testing/catalog-store.contract")
    await store.upsert([product("a")])
    const { cursor } = await store.changes(undefined)
    await store.upsert([product("a")])
    expect((await store.changes(cursor)).upserted).toEqual([])
  })
})
