import type {
  ModelsResponse,
  OverviewResponse,
  RecommendedWithResponse,
  RollbackResponse,
  TrainingResponse,
  TrainingStartedResponse,
} from "../../api/admin/personalization/types"
import { sdk } from "./client"

export type {
  ChecklistItem,
  ModelsResponse,
  OverviewResponse,
  RecommendedWithItem,
  Run,
  RunStatus,
} from "../../api/admin/personalization/types"
export type { ModelVersion, VersionStatus } from "../../services/models"

const ROOT = "/admin/personalization"

/** The admin API. Every call rejects with the js-sdk's FetchError, whose message is the server's. */
export const api = {
  overview: () => sdk.client.fetch<OverviewResponse>(`${ROOT}/overview`),
  models: () => sdk.client.fetch<ModelsResponse>(`${ROOT}/models`),
  training: () => sdk.client.fetch<TrainingResponse>(`${ROOT}/training`),
  startTraining: () =>
    sdk.client.fetch<TrainingStartedResponse>(`${ROOT}/training`, { method: "POST", body: {} }),
  /** Without a version: back to the one that was live before. */
  rollback: (version?: string) =>
    sdk.client.fetch<RollbackResponse>(`${ROOT}/models/rollback`, { method: "POST", body: { version } }),
  recommendedWith: (productId: string, limit: number) =>
    sdk.client.fetch<RecommendedWithResponse>(
      `${ROOT}/products/${encodeURIComponent(productId)}/recommended-with`,
      { query: { limit } }
    ),
}

/** Cache keys; `all` covers the others. */
export const keys = {
  all: ["personalization"] as const,
  overview: ["personalization", "overview"] as const,
  models: ["personalization", "models"] as const,
  training: ["personalization", "training"] as const,
  recommendedWith: (productId: string, limit: number) =>
    ["personalization", "recommended-with", productId, limit] as const,
}
