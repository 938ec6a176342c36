import type { LoggedEvent, ShopEvent } from "../events"
import { subjectOf } from "../events"
import type { Product } from "../features"
import { mayTrain } from "../privacy"
import { BasketColumns } from "./baskets"
import { InteractionColumns, Numbering } from "./interactions"
import { DEVICES, type TrainingData } from "./training-data"

/** Event type → index into KINDS. All other types are no evidence of interest in a product. */
const KIND_OF: Readonly<Record<string, number>> = { view_item: 0, add_to_cart: 1, purchase: 2 }

export interface TrainingDataOptions {
  /** "Now" for decays, ms. Default: the time of the newest interaction. */
  asOf?: number
  /** A visitor without session ids begins a new session after this pause. Default 30. */
  sessionGapMinutes?: number
  /** Interactions held; beyond it the oldest eighth is forgotten. Default 10 million (300 MB). */
  maxInteractions?: number
}

/**
 * Gathers what models may learn from: views, carts and purchases of people who agreed to it, without robots.
 * Sessions follow `session_id`, else the shopper with a pause; baskets follow `properties.order_id`, else the
 * purchase event. Rows arrive in log order and are kept in typed columns of bounded length.
 */
export async function buildTrainingData(
  batches: AsyncIterable<readonly LoggedEvent[]>,
  products: readonly Product[],
  options: TrainingDataOptions = {}
): Promise<TrainingData> {
  const { sessionGapMinutes = 30, maxInteractions = 10_000_000 } = options
  const columns = new InteractionColumns()
  const baskets = new BasketColumns()
  const items = new Numbering()
  const users = new Numbering()
  const sessions = new SessionNames(sessionGapMinutes * 60)
  const countries = new Numbering()
  let newest = 0
  for await (const batch of batches) {
    for (const { event } of batch) {
      const kind = KIND_OF[event.type]
      if (kind === undefined || event.bot || !mayTrain(event.consent) || !Number.isFinite(event.ts)) continue
      const subject = subjectOf(event)
      const ts = event.ts / 1000
      const row = {
        user: subject === undefined ? -1 : users.of(subject),
        session: sessions.of(event, subject, ts),
        ts,
        kind,
        country: event.context.country ? countries.of(event.context.country) : -1,
        device: event.context.device ? 1 + DEVICES.indexOf(event.context.device) : 0,
      }
      newest = Math.max(newest, event.ts)
      for (const { product_id } of event.items) columns.push({ ...row, item: items.of(product_id) })
      if (kind === 2) {
        const order = event.properties?.order_id
        const bought = event.items.map(({ product_id }) => items.of(product_id))
        baskets.add(order === undefined ? `event:${event.event_id}` : `order:${String(order)}`, ts, bought)
      }
    }
    if (columns.length > maxInteractions)
      columns.dropFirst(columns.length - Math.floor(maxInteractions * 0.875))
  }
  return {
    interactions: columns.build(items.names, users.names, countries.names),
    baskets: baskets.build(),
    products: [...products],
    asOf: options.asOf ?? newest,
  }
}

/** Gives every event its session: the name it carries, else the shopper's open one, else one of its own. */
class SessionNames {
  private readonly numbers = new Numbering()
  private readonly open = new Map<string, { last: number; part: number }>()

  constructor(private readonly gapSeconds: number) {}

  of(event: ShopEvent, subject: string | undefined, ts: number): number {
    if (event.session_id) return this.numbers.of(`session:${event.session_id}`)
    if (subject === undefined) return this.numbers.of(`event:${event.event_id}`)
    const running = this.open.get(subject)
    const part = running ? running.part + (ts - running.last > this.gapSeconds ? 1 : 0) : 0
    this.open.set(subject, { last: Math.max(ts, running?.last ?? ts), part })
    return this.numbers.of(`${subject}#${part}`)
  }
}
