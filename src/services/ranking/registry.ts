import type { Reranker } from "./reranker.port"
import { mmr } from "./rerankers/mmr"

/** Every re-ranker; a placement turns one on by naming it with its setting. */
export const RERANKERS: readonly Reranker[] = [mmr]
