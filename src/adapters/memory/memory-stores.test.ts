import { auditStoreContract } from "../../services/testing/audit-store.contract"
import { catalogStoreContract } from "../../services/testing/catalog-store.contract"
import { deadLetterStoreContract } from "../../services/testing/dead-letter-store.contract"
import { eventClaimsContract } from "../../services/testing/event-claims.contract"
import { eventLogContract } from "../../services/testing/event-log.contract"
import { eventStreamContract } from "../../services/testing/event-stream.contract"
import { exposureStoreContract } from "../../services/testing/exposure-store.contract"
import { featureStoreContract } from "../../services/testing/feature-store.contract"
import { itemVectorStoreContract } from "../../services/testing/item-vector-store.contract"
import { placementStoreContract } from "../../services/testing/placement-store.contract"
import { rankerStoreContract } from "../../services/testing/ranker-store.contract"
import { ruleStoreContract } from "../../services/testing/rule-store.contract"
import { subjectStoreContract } from "../../services/testing/subject-store.contract"
import { MemoryAuditStore } from "./memory-audit-store"
import { MemoryCatalogStore } from "./memory-catalog-store"
import { MemoryDeadLetterStore } from "./memory-dead-letter-store"
import { MemoryEventClaims } from "./memory-event-claims"
import { MemoryEventLog } from "./memory-event-log"
import { MemoryExposureStore } from "./memory-exposure-store"
import { MemoryFeatureStore } from "./memory-feature-store"
import { MemoryItemVectorStore } from "./memory-item-vector-store"
import { MemoryPlacementStore } from "./memory-placement-store"
import { MemoryRankerStore } from "./memory-ranker-store"
import { MemoryRuleStore } from "./memory-rule-store"
import { MemorySubjectStore } from "./memory-subject-store"

eventLogContract("memory", async () => {
  const log = new MemoryEventLog()
  return { log, close: () => log.close() }
})
eventStreamContract("memory", async () => {
  const log = new MemoryEventLog({ maxAttempts: 2, backoffMs: 1 })
  return {
    stream: log,
    deadLetters: async () =>
      (await log.deadLetters.list({ limit: 100 })).map(({ group, event, error }) => ({
        group,
        eventId: (event as { event_id: string }).event_id,
        error,
      })),
    close: () => log.close(),
  }
})
deadLetterStoreContract("memory", async () => ({ store: new MemoryDeadLetterStore(), close: async () => {} }))
eventClaimsContract("memory", async () => ({ claims: new MemoryEventClaims(), close: async () => {} }))
featureStoreContract("memory", async () => new MemoryFeatureStore())
auditStoreContract("memory", async () => ({ store: new MemoryAuditStore() }))
catalogStoreContract("memory", async () => ({ store: new MemoryCatalogStore() }))
exposureStoreContract("memory", async () => ({ store: new MemoryExposureStore() }))
placementStoreContract("memory", async () => ({ store: new MemoryPlacementStore() }))
itemVectorStoreContract("memory", async () => ({ store: new MemoryItemVectorStore() }))
rankerStoreContract("memory", async () => ({ store: new MemoryRankerStore() }))
ruleStoreContract("memory", async () => ({ store: new MemoryRuleStore() }))
subjectStoreContract("memory", async () => ({ store: new MemorySubjectStore() }))

it("drops the feature record that changed longest ago when there are too many", async () => {
  const store = new MemoryFeatureStore({ session: 2 })
  const touch = (id: string) => store.apply([{ key: `session:${id}`, feature: "x", next: () => id }])
  for (const id of ["a", "b", "a", "c"]) await touch(id)
  expect([...(await store.getMany(["session:a", "session:b", "session:c"])).keys()]).toEqual([
    "session:a",
    "session:c",
  ])
})

it("drops the oldest exposures beyond its limit", async () => {
  const store = new MemoryExposureStore(1)
  const one = { ts: 1, placement: "p", featureNames: [], slots: [], context: {} }
  await store.record([
    { ...one, requestId: "a" },
    { ...one, requestId: "b" },
  ])
  expect([await store.get("a"), (await store.get("b"))?.requestId]).toEqual([undefined, "b"])
})
