import { LRUCache } from "lru-cache"
import { v7 as uuidv7 } from "uuid"
import type { Clock, Metrics } from "../lib"
import { mayStore } from "../privacy"
import type { Recommendation, RecommendationRequest } from "./recommendation"

export interface AnonymousListsParts {
  /** What lists are made from besides the request: when one of these is another, what is kept is over. */
  basis(placement: string): readonly unknown[]
  clock: Clock
  metrics: Metrics
  /** How long a list is given to all who are in the same situation, ms. */
  keepMs: number
}

interface Kept {
  basis: readonly unknown[]
  until: number
  list: Promise<Recommendation>
}

const MOST = 10_000
/** Longer questions, with carts and lists of products to leave out, are rarely asked twice, and keeping them costs memory. */
const LONGEST_KEY = 500
/** In so long the time of day tells the same, ms. */
const SAME_TIME = 15 * 60_000

/** Whether the list depends on nothing that is the shopper's own, and nothing of it is recorded. */
export const isAnonymous = ({ consent }: Pick<RecommendationRequest, "consent">): boolean =>
  !mayStore(consent) && !consent.experimentation

/**
 * Lists of shoppers of whom nothing may be known or recorded: the same for all who are in the same situation, so one is made
 * for all who ask within a moment. A change of what they are made from, as of the stock or a rule, ends them at once.
 */
export class AnonymousLists {
  private readonly kept = new LRUCache<string, Kept>({ max: MOST })

  constructor(private readonly parts: AnonymousListsParts) {}

  /** The list that is kept, under a request id of its own; else that which `make` makes. Rejects as `make` does. */
  async of(request: RecommendationRequest, make: () => Promise<Recommendation>): Promise<Recommendation> {
    const { clock, keepMs, metrics } = this.parts
    const key = keyOf(request)
    if (key.length > LONGEST_KEY) return make()
    const now = clock.now()
    const known = this.kept.get(key)
    const basis = this.parts.basis(request.placement)
    const isFresh =
      known !== undefined && known.until > now && basis.every((part, i) => part === known.basis[i])
    metrics.count("anonymous_lists_total", { kept: String(isFresh) })
    if (isFresh) return { ...(await known.list), request_id: uuidv7() }
    const list = make()
    this.kept.set(key, { basis, until: now + keepMs, list })
    list.catch(() => this.kept.delete(key))
    return list
  }
}

function keyOf(request: RecommendationRequest): string {
  const { placement, productIds, cartProductIds, limit, exclude, context } = request
  const { now, latitude: _, longitude: __, ...situation } = context
  return JSON.stringify([
    placement,
    productIds,
    cartProductIds,
    limit,
    exclude,
    Math.floor(now / SAME_TIME),
    situation,
  ])
}
