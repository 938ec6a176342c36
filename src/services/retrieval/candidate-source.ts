import type { Scored } from "../lib"
import type { RequestContext } from "../context"
import type { Catalog, Shopper } from "../features"
import type { ModelQuery } from "../models"

export interface Candidate extends Scored {
  /** Product that explains it ("because you viewed …"). */
  because?: string
  /** Reason code when it is not the source's own, e.g. a popularity list that had to fall back on new products. */
  reason?: string
}

/** What a reason's text may speak of. */
export interface ReasonFacts {
  /** Title of the product that explains it. */
  because?: string
  /** Name of the category that explains it. */
  category?: string
}

export interface RetrievalQuery {
  shopper: Shopper
  /** The product(s) the list is about: the page's product, or the cart's. */
  seeds: readonly string[]
  /** What the shopper is after: `trailOf`. */
  trail: readonly string[]
  context: RequestContext
  /** Candidates wanted at most. */
  limit: number
  /**
   * What the whole shop looks at now, in this shopper's country if known, best first; not yet filtered.
   * Scores are relative to the best, which has 1.
   */
  trending: readonly Scored[]
}

/** A product and how much it counts. */
export interface Weighted {
  id: string
  weight: number
}

/** The trained knowledge a source may use; absent parts are undefined until a first training. */
export interface Knowledge {
  catalog: Catalog
  /** Asks a live model by name; [] when it is not there. */
  ask(model: string, query: ModelQuery, k: number): Scored[]
  /**
   * What a live model that looks at all products answers to a history (products, oldest first), best first, at most `k`;
   * [] when it is not there, or not known yet.
   */
  pool(model: string, history: readonly string[], k: number): Scored[]
  /** Products that a visit (products, oldest first) points to by the live sequence model, best first; [] at once without one. */
  follow(session: readonly string[], k: number): Scored[] | Promise<Scored[]>
  /**
   * Products whose content vectors are nearest to the weighted centre of these, best first, at most `k`, without these
   * themselves; products without a vector are passed over. At once where it is known already.
   */
  nearest(products: readonly Weighted[], k: number): Scored[] | Promise<Scored[]>
  /** Content vector of a product, of length 1. */
  vectorOf(productId: string): Float32Array | undefined
  /** Newest products that can be bought in one of these channels (none named: in any), newest first. */
  newest(salesChannelIds: readonly string[]): readonly string[]
  /** Days after which shoppers usually buy a product again; undefined where they do not, or too little is known. */
  repeatDays(productId: string): number | undefined
  /** Products of a category that can be bought, the popular ones first, then the newest. */
  inCategory(categoryId: string): readonly string[]
}

/**
 * One way to find products. Runs beside the others with a budget; an error or a
 * late answer counts in a metric and costs only its own candidates.
 */
export interface CandidateSource {
  name: string
  /** Reason code of what it finds. */
  reason: string
  /** The reason as the shopper reads it, for a code that serving/reasons.ts has no text for. */
  reasonText?(facts: ReasonFacts): string
  /** Milliseconds an asynchronous answer may take. */
  budgetMs: number
  /** The product that explains a shown one, where naming it with each candidate would cost more than it is worth. */
  explain?(id: string, query: RetrievalQuery, knowledge: Knowledge): string | undefined
  retrieve(query: RetrievalQuery, knowledge: Knowledge): Candidate[] | Promise<Candidate[]>
}
