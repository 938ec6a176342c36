import type { RerankSetting } from "../ranking"

/** Named configuration of one list. Shipped ones are in placements.ts; a row in the database overrides one or adds another. */
export interface Placement {
  name: string
  /** Candidate source → weight in the blend. */
  sources: Record<string, number>
  /** Sources asked in turn while the list is still too short; `popularity` ends every chain. */
  fallback: string[]
  /**
   * When the chain is asked: `short` (default) when the list is shorter than wanted, `empty` only when there is
   * nothing at all, for lists that would lie with anything else in them.
   */
  fallbackWhen?: "short" | "empty"
  filters: {
    inStock: boolean
    /** Leave out what the cart holds. */
    notInCart: boolean
    /** Leave out the product(s) the list is about. */
    notSeeds: boolean
    /** Leave out products that the shopper bought in the last N days; 0 = keep what they bought. */
    notBoughtDays: number
    /**
     * What N days above 0 mean for products that are due again (see `dueAfterDays`), and for durables. `when-due`
     * (default): a product that is due may be shown, even within N days; one that never is stays out for good, as far
     * back as purchases are remembered. `after-days`: only the N days count.
     */
    repurchase?: "when-due" | "after-days"
  }
  /** Re-ranker → its setting, e.g. `{ mmr: 0.7 }`; they work in the order of the registry. */
  rerank?: Record<string, RerankSetting>
  /** Items when the request does not say. */
  limit: number
  /** What a request must bring: `product_id`, `cart_id`, the `product_ids` to put in order, or nothing. */
  requires?: "product_id" | "cart_id" | "product_ids"
  /** Title the storefront shows when it has none of its own. */
  title: string
}

/** Overrides of shipped placements and additional ones. */
export interface PlacementStore {
  list(): Promise<Placement[]>
  put(placement: Placement): Promise<void>
  remove(name: string): Promise<void>
}
