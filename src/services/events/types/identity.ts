import { ANYONE, SHOP_ONLY, type EventType } from "./event-type"

/** Who the shopper is and what they agreed to. */
export const IDENTITY: readonly EventType[] = [
  /** Recorded for the visitor; it is kept even when it denies everything, for it must be obeyed later. */
  { name: "consent_update", origins: ANYONE, needs: ["visitor_id", "consent"] },
  /** The visitor is now a known customer, who comes from the session or the shop and never from a body. */
  { name: "login", aliases: ["Signed In"], origins: ANYONE, needs: ["visitor_id"] },
  /** Whoever keeps something of this shopper forgets it: all of it, or the profile (`properties.scope`). */
  {
    name: "forget",
    origins: SHOP_ONLY,
    refusal: "comes from the shop alone; ask for it through the privacy routes",
  },
]
