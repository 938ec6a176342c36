import { mayTrain } from "../../privacy"
import type { LoggedEvent, ShopEvent } from "../../events"
import type { Outcome } from "./example"

/** Shorter looks at a product are no sign of liking, ms. */
const LONG_LOOK_MS = 20_000

/**
 * What an event about a shown product is worth, by its type; 0: nothing, −1: what was gained before is void. Of several
 * the greatest counts. A purchase tells more than a click and comes less often; a long look says that the click was no
 * mistake.
 */
const GAINS: Readonly<Record<string, (event: ShopEvent) => number>> = {
  rec_impression: () => 0,
  select_item: () => 1,
  dwell: ({ properties }) => (Number(properties?.ms) >= LONG_LOOK_MS ? 1.5 : 0),
  add_to_wishlist: () => 2,
  add_to_cart: () => 3,
  purchase: () => 5,
  rating: ({ properties }) => {
    const stars = Number(properties?.rating)
    return stars >= 4 ? 3 : stars <= 2 ? -1 : 0
  },
  like: () => 3,
  dislike: () => -1,
  not_interested: () => -1,
}

/** Types of the events that outcomes are made of. */
export const OUTCOME_EVENTS: readonly string[] = Object.keys(GAINS)

/** What is known so far of a list. */
export interface PendingOutcome extends Outcome {
  requestId: string
  /** Time of its first event, ms since the epoch. */
  since: number
  /** Place of its first event in the log. */
  offset: string
  seen: Set<string>
  gains: Map<string, number>
}

/**
 * Gathers what came of shown lists out of the events that name their request. A list is whole when its window has passed;
 * lists come out in the order of their first event. Events of robots, and of shoppers who do not let models learn from
 * them, are passed over.
 */
export class Outcomes {
  private readonly pending = new Map<string, PendingOutcome>()

  constructor(
    private readonly windowMs: number,
    /** Lists that wait at most; beyond it the oldest are whole at once. */
    private readonly capacity = 50_000
  ) {}

  get waiting(): number {
    return this.pending.size
  }

  add({ event, offset }: LoggedEvent): void {
    const gainOf = GAINS[event.type]
    if (!gainOf || event.bot || !mayTrain(event.consent)) return
    const gain = gainOf(event)
    for (const item of event.items) {
      const requestId = item.request_id ?? event.request_id
      if (requestId === undefined) continue
      let list = this.pending.get(requestId)
      if (!list) {
        list = { requestId, since: event.ts, offset, seen: new Set(), gains: new Map() }
        this.pending.set(requestId, list)
      }
      const id = item.product_id
      if (event.type === "rec_impression") list.seen.add(id)
      else if (gain < 0) list.gains.set(id, -1)
      else if (gain > 0 && (list.gains.get(id) ?? 0) >= 0)
        list.gains.set(id, Math.max(gain, list.gains.get(id) ?? 0))
    }
  }

  /** Takes out the lists that are whole. @param now ms since the epoch */
  take(now: number): PendingOutcome[] {
    const whole: PendingOutcome[] = []
    for (const list of this.pending.values()) {
      if (this.pending.size <= this.capacity && list.since + this.windowMs > now) break
      this.pending.delete(list.requestId)
      // What was taken was in sight, whether or not the storefront has said so.
      if (list.seen.size > 0) for (const id of list.gains.keys()) list.seen.add(id)
      for (const [id, gain] of list.gains) if (gain < 0) list.gains.delete(id)
      whole.push(list)
    }
    return whole
  }

  /** Place in the log before which all is taken; undefined when nothing waits. */
  get oldest(): string | undefined {
    for (const { offset } of this.pending.values()) return offset
    return undefined
  }
}
