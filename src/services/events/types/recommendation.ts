import { ANYONE, type EventType } from "./event-type"

/** What was shown, and what the shopper says of it. A click on a list is `select_item` with its placement. */
export const RECOMMENDATION: readonly EventType[] = [
  { name: "rec_impression", origins: ANYONE, needs: ["items", "placement"] },
  { name: "exposure", origins: ANYONE },
  { name: "rating", origins: ANYONE, needs: ["items"], number: { property: "rating", min: 1, max: 5 } },
  { name: "like", origins: ANYONE, needs: ["items"] },
  { name: "dislike", origins: ANYONE, needs: ["items"] },
  /** Not for me, and no word on its kind: the product goes, its category stays. */
  { name: "not_interested", origins: ANYONE, needs: ["items"] },
]
