import type { CandidateSource } from "./candidate-source"
import { boughtTogether } from "./sources/bought-together"
import { buyAgain } from "./sources/buy-again"
import { categoryAffinity } from "./sources/category-affinity"
import { contentSimilar } from "./sources/content-similar"
import { newArrivals } from "./sources/new-arrivals"
import { popularNow } from "./sources/popular-now"
import { popularity } from "./sources/popularity"
import { recentlyViewed } from "./sources/recently-viewed"
import { sequence } from "./sources/sequence"
import { sequentialRules } from "./sources/sequential-rules"
import { sessionNeighbours } from "./sources/session-neighbours"
import { userFactors } from "./sources/user-factors"

/**
 * Every way to find candidates. They are started in this order: what waits for another process goes first,
 * so that it runs while the others compute.
 */
export const SOURCES: readonly CandidateSource[] = [
  contentSimilar,
  sequence,
  sessionNeighbours,
  userFactors,
  sequentialRules,
  boughtTogether,
  buyAgain,
  categoryAffinity,
  recentlyViewed,
  popularNow,
  popularity,
  newArrivals,
]
