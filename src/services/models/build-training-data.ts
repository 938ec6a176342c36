import type { LoggedEvent } from "../events"
import type { Product } from "../features"
import { mayTrain } from "../privacy"
import { EventColumns } from "./event-columns"
import type { TrainingData } from "./training-data"

/** Event type → index into KINDS. All other types are no evidence of interest in a product. */
const KIND_OF: Readonly<Record<string, number>> = { view_item: 0, add_to_cart: 1, purchase: 2 }

export interface TrainingDataOptions {
  /** "Now" for decays, ms. Default: the time of the newest interaction. */
  asOf?: number
  /** Events of other times, ms, are left out: their clock was wrong. */
  from?: number
  to?: number
  /** A visitor without session ids begins a new session after this pause. Default 30. */
  sessionGapMinutes?: number
  /** Interactions held; beyond it the oldest eighth is forgotten. Default 10 million (300 MB). */
  maxInteractions?: number
  /** Newest interactions of one shopper that are learned from: one who has more is a robot or a tester. Default: all. */
  maxPerShopper?: number
}

/** Training data, and what of the log is not in it, a sentence each. */
export interface BuiltTrainingData extends TrainingData {
  notes: string[]
}

/**
 * Gathers what models may learn from: views, carts and purchases of people who agreed to it, without robots.
 * Sessions follow `session_id`, else the shopper with a pause, and one with a single product is part of the one beside it; baskets follow `properties.order_id`, else the
 * purchase event. Rows arrive in log order and are kept in typed columns of bounded length.
 */
export async function buildTrainingData(
  batches: AsyncIterable<readonly LoggedEvent[]>,
  products: readonly Product[],
  options: TrainingDataOptions = {}
): Promise<BuiltTrainingData> {
  const { sessionGapMinutes = 30, maxInteractions = 10_000_000, maxPerShopper = Infinity } = options
  const { from = -Infinity, to = Infinity } = options
  const columns = new EventColumns({ sessionGap: sessionGapMinutes * 60, maxPerShopper })
  const skipped = { robots: 0, refused: 0, untimely: 0 }
  for await (const batch of batches) {
    for (const { event } of batch) {
      const kind = KIND_OF[event.type]
      if (kind === undefined) continue
      if (event.bot) skipped.robots++
      else if (!mayTrain(event.consent)) skipped.refused++
      else if (!(event.ts >= from && event.ts <= to && Number.isFinite(event.ts))) skipped.untimely++
      else columns.add(event, kind)
    }
    if (columns.length > maxInteractions) columns.shrink(Math.floor(maxInteractions * 0.875))
  }
  columns.shrink(maxInteractions)
  const { interactions, baskets } = columns.build()
  const { beyond, oldest } = columns.left
  const lines: [number, string][] = [
    [skipped.robots, "events of robots"],
    [skipped.refused, "events of shoppers who do not agree to `model_training`"],
    [skipped.untimely, "events whose time cannot be"],
    [beyond, `interactions beyond the newest ${maxPerShopper} of one shopper`],
    [oldest, `oldest interactions, for no more than ${maxInteractions} are held`],
  ]
  return {
    interactions,
    baskets,
    products: [...products],
    asOf: options.asOf ?? 1000 * interactions.ts.reduce((newest, ts) => Math.max(newest, ts), 0),
    notes: lines.filter(([count]) => count > 0).map(([count, what]) => `left out: ${count} ${what}`),
  }
}
