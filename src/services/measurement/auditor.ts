import { finishInTurns, nextTurn, type Clock, type Logger, type Metrics } from "../lib"
import { itemKeys, readItem, type Catalog, type FeatureStore } from "../features"
import { recordedLists, type Exposure, type ExposureStore } from "../serving"
import { auditInSteps, type AuditFigure } from "./audit"
import { crossed, type Bound } from "./audit-bounds"
import type { AuditStore, DayAudit } from "./audit-store.port"

export interface AuditorDependencies {
  exposures: Pick<ExposureStore, "recent">
  catalog: Catalog
  features: Pick<FeatureStore, "getMany">
  vectorOf?(productId: string): Float32Array | undefined
  store: AuditStore
  clock: Clock
  metrics: Metrics
  logger: Logger
  bounds: Partial<Record<AuditFigure, Bound>>
}

const DAY_MS = 86_400_000
/** Lists that are looked at, the newest. */
const LISTS = 5_000
const SLICE = 500
const KEPT_DAYS = 400

/** Looks over the lists of the last 24 hours, keeps what they are like, and raises an alarm at a bound that is crossed. */
export async function auditDay(dependencies: AuditorDependencies): Promise<DayAudit> {
  const { exposures, catalog, vectorOf, store, clock, metrics, logger, bounds } = dependencies
  const now = clock.now()
  const attention = await attentionOf(dependencies, now)
  const audit = await finishInTurns(
    auditInSteps({
      exposures: await listsSince(now - DAY_MS, exposures),
      products: catalog.all(),
      attentionOf: (id) => attention.get(id) ?? 0,
      vectorOf,
    })
  )
  const alerts = crossed(audit, bounds)
  for (const { segment, figure, value, min, max } of alerts) {
    metrics.count("audit_alerts_total", { figure })
    logger.warn(
      `The lists' ${figure} is ${value.toFixed(3)} for ${segment}, outside ${min ?? "−∞"} to ${max ?? "∞"}`
    )
  }
  const report = { day: new Date(now).toISOString().slice(0, 10), audit, alerts }
  await store.put(report)
  await store.purgeBefore(new Date(now - KEPT_DAYS * DAY_MS).toISOString().slice(0, 10))
  return report
}

async function listsSince(since: number, exposures: Pick<ExposureStore, "recent">): Promise<Exposure[]> {
  const lists: Exposure[] = []
  for await (const exposure of recordedLists(exposures, { limit: LISTS })) {
    if (exposure.ts <= since) break
    lists.push(exposure)
  }
  return lists
}

async function attentionOf(
  { catalog, features }: AuditorDependencies,
  now: number
): Promise<ReadonlyMap<string, number>> {
  const ids = Array.from(catalog.all(), ({ id }) => id)
  const attention = new Map<string, number>()
  for (let from = 0; from < ids.length; from += SLICE) {
    if (from > 0) await nextTurn()
    const slice = ids.slice(from, from + SLICE)
    const records = await features.getMany(itemKeys(slice))
    for (const id of slice) {
      const { views, carts, purchases } = readItem(records, id, now)
      attention.set(id, views + carts + purchases)
    }
  }
  return attention
}
