import type { AnyReranker } from "./reranker.port"
import { dpp } from "./rerankers/dpp"
import { epsilonGreedy } from "./rerankers/epsilon-greedy"
import { mmr } from "./rerankers/mmr"
import { serendipity } from "./rerankers/serendipity"
import { thompson } from "./rerankers/thompson"

/**
 * Every re-ranker; a placement turns one on by naming it with its setting. They work in this order: those that leave
 * slots to chance come last, for a later one would make their propensities untrue.
 */
export const RERANKERS: readonly AnyReranker[] = [mmr, dpp, serendipity, epsilonGreedy, thompson]

/** Whether one of the settings leaves slots to chance. */
export const explores = (settings: Readonly<Record<string, unknown>> = {}): boolean =>
  RERANKERS.some(({ name, explores }) => explores && Object.hasOwn(settings, name))
