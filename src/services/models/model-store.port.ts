import type { Artifact } from "../lib"

/** `shadow`: answers beside the live version, seen by nobody. `canary`: serves a share of the shoppers. */
export type VersionStatus = "candidate" | "shadow" | "canary" | "live" | "retired" | "failed"

/** A change of a version's status. */
export interface Step {
  status: VersionStatus
  /** ms since the epoch */
  at: number
  reason: string
}

/** Is it tried out beside the live version? */
export const isOnTrial = (status: VersionStatus | undefined): boolean =>
  status === "shadow" || status === "canary"

/** One training run's outcome: all models trained together, so that a rollback moves them together. */
export interface ModelVersion {
  /** sha256 of artifacts and configuration, first 16 hex digits. */
  version: string
  status: VersionStatus
  /** ms since the epoch */
  createdAt: number
  promotedAt?: number
  /** Names of the models inside. */
  models: string[]
  config: Record<string, unknown>
  /** Event times learned from, ms. */
  window: { from: number; to: number; events: number; sessions: number; items: number }
  /** By model name: metric name → value, on the temporal validation fold, popularity among them. */
  metrics: Record<string, Record<string, number>>
  /** Models that are missing, with the reason: they failed, or took too long. */
  leftOut?: Record<string, string>
  /** What of the log was not learned from, a sentence each. */
  notes?: string[]
  /** What became of it, oldest first. */
  steps?: Step[]
  /** Why it is not live. */
  reason?: string
  durationMs: number
}

/** Versions with their artifacts. Exactly one is live, or none. */
export interface ModelStore {
  save(version: ModelVersion, artifacts: Record<string, Artifact>): Promise<void>
  list(limit?: number): Promise<ModelVersion[]>
  live(): Promise<ModelVersion | undefined>
  artifacts(version: string): Promise<Record<string, Artifact>>
  /** Makes `version` live and retires the one before, in one transaction. @throws `not_found` */
  promote(version: string, reason?: string): Promise<void>
  /** The version that is tried out: in shadow or canary. At most one is. */
  trial(): Promise<ModelVersion | undefined>
  /**
   * Tries a version out, or takes it off trial (`candidate`, `failed`). One that was on trial before makes room as a candidate.
   * Nothing happens when it has this status already. @throws `not_found`, `conflict` for the live version
   */
  move(version: string, status: "shadow" | "canary" | "candidate" | "failed", reason: string): Promise<void>
  /** The version that was live before the present one, or undefined. */
  previous(): Promise<ModelVersion | undefined>
  /**
   * Deletes all but the newest `keep` versions, and the artifacts that no version needs any more. The live version,
   * the one before and the one on trial always stay. Returns how many versions went.
   */
  prune(keep: number): Promise<number>
}
