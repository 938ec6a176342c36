import type { EventHistory } from "../../services/events"
import type { Clock, Logger } from "../../services/lib"
import {
  collectExamples,
  fitRanker,
  Learner,
  Weights,
  type RankerStore,
  type ShownLists,
} from "../../services/ranking"
import { SOURCES } from "../../services/retrieval"
import type { PersonalizationOptions } from "./options"

const DAY_MS = 86_400_000
/** Lists that one fit holds in memory. */
const MAX_LISTS = 200_000
/** The learner stores every few seconds: a state that has moved on meanwhile is taken up again. */
const ATTEMPTS = 20

export interface TrainRankerParts {
  log: Pick<EventHistory, "replay">
  exposures: ShownLists
  ranker: RankerStore
  options: PersonalizationOptions
  clock: Clock
  logger: Logger
}

/**
 * Learns the ranker anew from all lists in the window of training, and promotes it when it is clearly better than the
 * one that serves. Online learning goes on from what is promoted. @returns what came of it, in a sentence
 */
export async function trainRanker(parts: TrainRankerParts, checkCancelled: () => void): Promise<string> {
  const { log, exposures, ranker, options, clock, logger } = parts
  if (!options.ranking.learn) return "the order within lists is not learned: ranking.learn is off"
  const examples = await collectExamples(log, exposures, {
    since: clock.now() - options.training.windowDays * DAY_MS,
    windowMs: options.ranking.outcomeMinutes * 60_000,
    maxLists: MAX_LISTS,
    checkCancelled,
  })
  const learner = new Learner(await ranker.load())
  const now = { weights: learner.best ?? new Weights(), stack: learner.stack }
  const votes = new Set(SOURCES.map(({ name }) => name))
  const fitted = fitRanker(examples, now, votes, { seed: options.training.seed, checkCancelled })
  if (!fitted) return `the ranker stays: nothing clearly better was learned from ${examples.length} lists`
  const { weights, stack, gain, lists } = fitted
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const state = await ranker.load()
    const next = new Learner(state)
    next.promote(weights, stack)
    if (!(await ranker.save(next.save({}, clock.now())))) continue
    const [mean, low, high] = [gain.mean, gain.low, gain.high].map((value) => value.toFixed(4))
    const report = `a ranker${stack ? " with trees" : ""} learned from ${lists} lists serves: nDCG +${mean} [${low}, ${high}]`
    logger.info(report)
    return report
  }
  return "a better ranker was learned, but the stored one never stood still: the next run tries again"
}
