import type { RankFeature } from "../rank-feature"
import { affinity } from "./affinity"

/** What rankers know of a candidate besides the sources' votes; exposures hold the values in this order. */
export const RANK_FEATURES: readonly RankFeature[] = [affinity]
