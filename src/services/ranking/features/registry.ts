import type { RankFeature } from "../rank-feature"
import { affinity } from "./affinity"
import { context } from "./context"
import { fatigue } from "./fatigue"
import { newness } from "./newness"
import { priceFit } from "./price-fit"
import { seen } from "./seen"
import { makeTaste, optionTaste, tagTaste } from "./taste"

/** What rankers know of a candidate besides the sources' votes; exposures hold the values in this order. */
export const RANK_FEATURES: readonly RankFeature[] = [
  affinity,
  newness,
  seen,
  priceFit,
  fatigue,
  context,
  makeTaste,
  tagTaste,
  optionTaste,
]
