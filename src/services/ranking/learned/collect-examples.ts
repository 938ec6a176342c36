import type { EventHistory } from "../../events"
import type { RankExample } from "./example"
import { OUTCOME_EVENTS, Outcomes, type PendingOutcome } from "./outcomes"
import type { ShownLists } from "./shown-lists.port"

/** Lists that are read from the record at once. */
const CHUNK = 500

export interface CollectOptions {
  /** ms since the epoch */
  since: number
  /** How long after a list was first seen its outcome is waited for, ms. */
  windowMs: number
  /** Lists held at most: the newest. About 1.5 kB each. */
  maxLists: number
  checkCancelled?(): void
}

/** All lists with their outcomes that history holds, oldest first. */
export async function collectExamples(
  history: Pick<EventHistory, "replay">,
  lists: ShownLists,
  { since, windowMs, maxLists, checkCancelled }: CollectOptions
): Promise<RankExample[]> {
  let examples: RankExample[] = []
  const outcomes = new Outcomes(windowMs)
  const take = async (whole: readonly PendingOutcome[]) => {
    for (let at = 0; at < whole.length; at += CHUNK) {
      checkCancelled?.()
      const chunk = whole.slice(at, at + CHUNK)
      const shown = await lists.getMany(chunk.map(({ requestId }) => requestId))
      for (const outcome of chunk) {
        const list = shown.get(outcome.requestId)
        const example = list && outcomes.exampleOf(list, outcome)
        if (example) examples.push(example)
      }
    }
    if (examples.length > 1.2 * maxLists) examples = examples.slice(-maxLists)
  }
  for await (const batch of history.replay({ since, types: OUTCOME_EVENTS })) {
    for (const logged of batch) outcomes.add(logged)
    await take(outcomes.take(batch[batch.length - 1].event.ts))
  }
  await take(outcomes.take(Infinity))
  return examples.slice(-maxLists)
}
