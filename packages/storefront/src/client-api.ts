import type { ConsentState } from "./consent"
import type { Attribution } from "./identity"
import type { StorageLike } from "./store"
import type {
  Consent,
  PageEntry,
  Recommendation,
  RecommendationParams,
  RejectedEvent,
  ShopContext,
  Track,
} from "./types"

export interface ClientOptions {
  /** URL of the Medusa server, without a trailing path. */
  baseUrl: string
  publishableKey: string
  /** Where ids and the queue are kept; `localStorage` if left out. */
  storage?: StorageLike
  /** Decision of a consent platform; if left out, the stored one, and at first none at all. */
  consent?: boolean | Partial<Consent>
  fetch?: typeof fetch
  /** First value of `setContext`. */
  context?: ShopContext
  /** Called with events that the server refused; they are not sent again. */
  onRejected?: (rejected: RejectedEvent[]) => void
}

/** A request that the server answered with an error. `status` is HTTP's. */
export class PersonalizationError extends Error {
  override readonly name = "PersonalizationError"
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message)
  }
}

/** Metadata that ties a Medusa cart to its shopper. Without consent it carries no identifier. */
export interface CartMetadata {
  personalization: { visitor_id?: string; session_id?: string; consent: Consent }
}

/** Metadata that ties a Medusa line item to the recommendation it came from. */
export interface LineItemMetadata {
  personalization: Attribution
}

export interface PersonalizationClient {
  readonly track: Track
  readonly consent: ConsentState
  /** Undefined until analytics is granted. */
  readonly visitorId: string | undefined
  /** Undefined until analytics is granted. */
  readonly sessionId: string | undefined
  /** One list. Waits a moment for events under way, so that the answer knows the last click. Rejects with PersonalizationError. */
  recommendations(placement: string, params?: RecommendationParams): Promise<Recommendation>
  /** Several lists of one page, no product twice; in the order of `entries`. */
  recommendationsPage(
    entries: PageEntry[],
    params?: Pick<RecommendationParams, "fields" | "signal">
  ): Promise<Recommendation[]>
  /** Region, currency, country and locale of the shop as the shopper sees it; merged into what is known. */
  setContext(context: ShopContext): void
  /**
   * To be called when the shopper has logged in (and on each page load while they are): the visitor's
   * history joins the customer's. `token` is Medusa's JWT; leave it out with cookie sessions.
   */
  login(token?: string): Promise<void>
  /**
   * To be called after Medusa's session has ended (`await sdk.auth.logout()`): sends what waits, then starts a
   * new visitor and session. Called earlier, the session's cookie would join the new visitor to the customer who left.
   */
  logout(): Promise<void>
  /** Calls back when a login or logout has changed whose lists these are; returns the way out. */
  onIdentityChange(listener: () => void): () => void
  /** For `metadata` of a Medusa cart, on creation and after each change of consent. */
  cartMetadata(): CartMetadata
  /** For `metadata` of a line item that was added straight from a recommended list. */
  lineItemMetadata(requestId: string, placement: string): LineItemMetadata
  /** For a line item added on a product page: names the recommendation the shopper came from, if any, this session. */
  lineItemMetadataFor(productId: string): Partial<LineItemMetadata>
  /** Sends waiting events now. Never rejects; what could not be sent stays in the queue. */
  flush(): Promise<void>
  /** Stops timers and listeners; the queue stays for the next page. */
  close(): void
}
