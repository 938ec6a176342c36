import type { ShopEvent } from "../../services/events"

/** How an event becomes the bytes of a message, and an event again. */
export interface EventCodec {
  /** Resolves when `encode` can be called. @throws PersonalizationError `unavailable`, to be tried again */
  ready(): Promise<void>
  encode(event: ShopEvent): Buffer
  /** @throws PersonalizationError `unavailable` if it may go well later; any other error is for good */
  decode(bytes: Buffer): ShopEvent | Promise<ShopEvent>
}
