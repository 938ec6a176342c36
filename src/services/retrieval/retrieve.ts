import type { Logger, Metrics } from "../lib"
import type { Candidate, CandidateSource, Knowledge, RetrievalQuery } from "./candidate-source"
import { LATE, within } from "./within"

export interface RetrievalTools {
  metrics: Metrics
  logger: Logger
  /** Milliseconds left for the whole request; asked again before each source. */
  remainingMs(): number
}

/**
 * Asks the sources side by side. Never rejects: a source that throws or is late costs only its own
 * candidates and counts in `source_failures_total{source,reason}`, reason `error`, `late` or `deadline`.
 * @returns source name → candidates, for those that answered
 */
export async function retrieve(
  sources: readonly CandidateSource[],
  /** What each is asked. */
  queryOf: (source: CandidateSource) => RetrievalQuery,
  knowledge: Knowledge,
  { metrics, logger, remainingMs }: RetrievalTools
): Promise<Map<string, Candidate[]>> {
  const answers = new Map<string, Candidate[]>()
  const pending: Promise<void>[] = []
  const fail = (source: CandidateSource, reason: string, error?: unknown) => {
    metrics.count("source_failures_total", { source: source.name, reason })
    if (error) logger.debug(`Candidate source ${source.name} failed: ${String(error)}`)
  }
  for (const source of sources) {
    const left = remainingMs()
    if (left <= 0) {
      fail(source, "deadline")
      continue
    }
    try {
      const answer = source.retrieve(queryOf(source), knowledge)
      if (Array.isArray(answer)) {
        answers.set(source.name, answer)
        continue
      }
      const budget = Math.min(source.budgetMs, left)
      pending.push(
        within(answer, budget).then(
          (candidates) => {
            if (candidates !== LATE) answers.set(source.name, candidates)
            else fail(source, budget < source.budgetMs ? "deadline" : "late")
          },
          (error: unknown) => fail(source, "error", error)
        )
      )
    } catch (error) {
      fail(source, "error", error)
    }
  }
  if (pending.length > 0) await Promise.all(pending)
  return answers
}
