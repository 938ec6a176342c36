import type { AuditFigure, DayAudit } from "../../../services/measurement"
import type { ModelVersion, ShadowAnswer, ShadowSummary } from "../../../services/models"
import type { RankerReport, Rule, RuleConflict } from "../../../services/ranking"
import type { Reason, WhatIf } from "../../../services/serving"
import type { KnownPlacement, Preview } from "../../../modules/personalization/steering"

/** One line of the set-up checklist. `key` is stable, so that the admin can word it in its own language. */
export interface ChecklistItem {
  key: string
  ok: boolean
  /** What was found, in English, e.g. `312 products`. */
  detail: string
}

export interface OverviewResponse {
  checklist: ChecklistItem[]
  events: {
    /** Oldest first; a minute without events may be missing. `minute` is the ISO time of its start. */
    per_minute: { minute: string; count: number }[]
    last_24h: number
  }
  live: ModelVersion | null
  /** `fallbacks` counts the searches since start that the exact index had to answer for FAISS. */
  index: { kind: string; size: number; fallbacks: number }
  /** Events accepted from clients that wait for the database. */
  queue_depth: number
}

export interface ModelsResponse {
  /** Newest first. */
  versions: ModelVersion[]
  live: ModelVersion | null
  /** In shadow or canary. */
  trial: ModelVersion | null
}

export interface ShadowResponse {
  summary: ShadowSummary
  /** Newest first. */
  answers: ShadowAnswer[]
}

export interface RollbackResponse {
  live: ModelVersion | null
}

export type RunStatus = "running" | "succeeded" | "failed" | "cancelled"

export interface Run {
  id: string
  status: RunStatus
  /** What it is doing, e.g. `reading events`. */
  stage: string
  /** 0–1 */
  progress: number
  /** ISO time */
  started_at: string
  /** ISO time */
  finished_at?: string
  /** The model version it made. */
  version?: string
  /** Whether that version went live; `reason` says why not. */
  promoted?: boolean
  reason?: string
  /** What was learned from shown lists, in a sentence. */
  ranker?: string
  error?: { code: string; message: string }
}

export interface TrainingResponse {
  /** Newest first. */
  runs: Run[]
}

export interface TrainingStartedResponse {
  run: Run
}

export interface TrainingCancelledResponse {
  /** False when no run was going on in the process that answered. */
  cancelled: boolean
}

export interface RecommendedWithItem {
  product_id: string
  title: string
  thumbnail: string | null
  /** Comparable within this list only. */
  score: number
  reason: Reason
}

export interface RecommendedWithResponse {
  /** Best first. */
  items: RecommendedWithItem[]
}

export interface DeadLetterShown {
  id: string
  /** The group that could not handle it, or `ingest` for an event that was refused. */
  group: string
  /** Where it stood on the stream, or who sent it. */
  origin: string
  error: string
  /** ISO time. */
  buried_at: string
  /** With the ids of shoppers masked. */
  event: unknown
}

export interface DeadLettersResponse {
  dead_letters: DeadLetterShown[]
}

export interface DeadLettersReplayedResponse {
  replayed: string[]
  failed: { id: string; error: string }[]
}

export interface DeadLettersDiscardedResponse {
  discarded: number
}

export interface UnlinkedResponse {
  /** Events that named both and are the visitor's alone now. */
  events: number
}

export interface RulesResponse {
  /** By id. */
  rules: Rule[]
}

export interface RuleResponse {
  rule: Rule
}

export interface DeletedResponse {
  id: string
  deleted: true
}

export interface ConflictsResponse {
  conflicts: RuleConflict[]
}

export interface PlacementsResponse {
  /** The shipped ones first. */
  placements: KnownPlacement[]
}

export interface PlacementResponse {
  placement: KnownPlacement
}

export interface PlacementRemovedResponse {
  name: string
  deleted: true
  /** The shipped one, which serves again. */
  placement: KnownPlacement | null
}

export type PreviewResponse = Preview

export type WhatIfResponse = WhatIf

export interface AuditsResponse {
  /** The newest day first. */
  audits: DayAudit[]
  /** How far the newest day lies from the mean of the seven before it, by figure. */
  trend: Partial<Record<AuditFigure, number>>
}

export type RankerShown = Omit<RankerReport, "updatedAt"> & {
  /** ISO time, or null before anything was learned. */
  updated_at: string | null
}

export interface RankerResponse {
  ranker: RankerShown
}
