import { categoryAffinity } from "./definitions/category-affinity"
import { demand } from "./definitions/demand"
import { eventCounts } from "./definitions/event-counts"
import { itemCtr } from "./definitions/item-ctr"
import { itemPopularity } from "./definitions/item-popularity"
import { popularNow } from "./definitions/popular-now"
import { recentItems, recentPurchases } from "./definitions/recent-items"
import { sessionItems } from "./definitions/session-items"
import { shownItems } from "./definitions/shown-items"
import type { AnyFeature } from "./feature"

/** Every feature that is kept. A new one is a file in definitions/ and a line here. */
export const FEATURES: readonly AnyFeature[] = [
  recentItems,
  recentPurchases,
  eventCounts,
  categoryAffinity,
  sessionItems,
  shownItems,
  itemPopularity,
  itemCtr,
  popularNow,
  demand,
]
