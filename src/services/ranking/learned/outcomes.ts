import { mayTrain } from "../../privacy"
import { compareOffsets, type LoggedEvent, type ShopEvent } from "../../events"
import { exampleOf, type Outcome, type RankExample, type ShownList } from "./example"

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

type Begun = Pick<PendingOutcome, "since" | "offset">

/** How many windows after its first event a list is known as taken: no event of it counts once the first is over. */
const KNOWN_WINDOWS = 2

/**
 * Gathers what came of shown lists out of the events that name their request. A list is whole when its window has passed;
 * lists come out in the order of their first event, each once: what is told of it later is passed over. So are events of
 * robots, and of shoppers who do not let models learn from them.
 */
export class Outcomes {
  private readonly pending = new Map<string, PendingOutcome>()
  /** Lists that were taken lately. */
  private readonly done = new Map<string, Begun>()

  constructor(
    private readonly windowMs: number,
    /** Place of the first event of the list that was taken last, by whoever read the log before. */
    private taken?: string,
    /** Lists that wait at most; beyond it the oldest are whole at once. */
    private readonly capacity = 50_000
  ) {}

  /** Place of the first event of the list that was taken last. */
  get takenUpTo(): string | undefined {
    return this.taken
  }

  get waiting(): number {
    return this.pending.size
  }

  add({ event, offset }: LoggedEvent): void {
    const gainOf = GAINS[event.type]
    if (!gainOf || event.bot || !mayTrain(event.consent)) return
    const gain = gainOf(event)
    for (const item of event.items) {
      const requestId = item.request_id ?? event.request_id
      if (requestId === undefined || this.done.has(requestId)) continue
      let list = this.pending.get(requestId)
      if (!list && this.taken !== undefined && compareOffsets(offset, this.taken) <= 0) {
        this.done.set(requestId, { since: event.ts, offset })
        continue
      }
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
      this.done.set(list.requestId, { since: list.since, offset: list.offset })
      this.taken = list.offset
      // What was taken was in sight, whether or not the storefront has said so.
      if (list.seen.size > 0) for (const id of list.gains.keys()) list.seen.add(id)
      for (const [id, gain] of list.gains) if (gain < 0) list.gains.delete(id)
      whole.push(list)
    }
    for (const [requestId, { since }] of this.done) {
      if (since + KNOWN_WINDOWS * this.windowMs > now) break
      this.done.delete(requestId)
    }
    return whole
  }

  /** The list to learn from; undefined when nothing of it was in sight, or all that is told of it came too late. */
  exampleOf(list: ShownList, outcome: PendingOutcome): RankExample | undefined {
    return outcome.since - list.ts > this.windowMs ? undefined : exampleOf(list, outcome)
  }

  /** Place in the log from which on it has to be read again to know all that is known here; undefined: of nothing. */
  get oldest(): string | undefined {
    const [first] = this.done.values()
    const [next] = this.pending.values()
    if (!first || !next) return (first ?? next)?.offset
    return compareOffsets(first.offset, next.offset) < 0 ? first.offset : next.offset
  }
}
