import type { ModelVersion } from "../../services/models"
import type { Engine } from "./engine"

export interface Overview {
  checklist: { key: string; ok: boolean; detail: string }[]
  events: { per_minute: { minute: string; count: number }[]; last_24h: number }
  live: ModelVersion | null
  index: { kind: string; size: number; fallbacks: number }
  queue_depth: number
}

const HOUR_MINUTES = 60
const DAY_MS = 86_400_000

/** What the admin's first page shows. */
export async function overviewOf(engine: Engine): Promise<Overview> {
  const [perMinute, lastDay, versions] = await Promise.all([
    engine.rates.perMinute(HOUR_MINUTES),
    engine.rates.since(Date.now() - DAY_MS),
    engine.models.list(),
  ])
  const live = versions.find((version) => version.status === "live") ?? null
  const index = engine.indexState()
  return {
    checklist: [
      { key: "catalog", ok: engine.catalog.size > 0, detail: `${engine.catalog.size} products` },
      { key: "events", ok: lastDay > 0, detail: `${lastDay} events in the last 24 hours` },
      {
        key: "model",
        ok: live !== null,
        detail: live ? `version ${live.version} is live` : "no model was trained yet",
      },
      { key: "index", ok: index.size > 0, detail: `${index.kind}, ${index.size} vectors` },
    ],
    events: {
      per_minute: perMinute.map(({ minute, count }) => ({ minute: new Date(minute).toISOString(), count })),
      last_24h: lastDay,
    },
    live,
    index,
    queue_depth: engine.ingest.queueDepth,
  }
}

export interface Health {
  status: "ok" | "degraded" | "down"
  checks: { name: string; ok: boolean }[]
}

/** `down` when lists can't be made, `degraded` when they are made from less than there should be. */
export async function healthOf(engine: Engine, started: boolean): Promise<Health> {
  const reachable = await engine.reachable()
  const checks = [
    { name: "started", ok: started },
    ...Object.entries(reachable).map(([name, ok]) => ({ name, ok })),
    { name: "catalogue", ok: engine.catalog.size > 0 },
    { name: "model", ok: engine.models.version !== undefined },
    { name: "features", ok: engine.featuresRebuilt() },
  ]
  const status = !started ? "down" : checks.every(({ ok }) => ok) ? "ok" : "degraded"
  return { status, checks }
}
