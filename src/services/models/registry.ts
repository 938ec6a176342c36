import { blendOf } from "./blend"
import { boughtTogether } from "./bought-together"
import { bpr } from "./bpr"
import { buyAgain } from "./buy-again"
import { coldItems } from "./cold-items"
import { content } from "./content"
import { ease } from "./ease"
import { ials } from "./ials"
import { gru4rec } from "./gru4rec"
import type { ModelDefinition } from "./model"
import { popularity } from "./popularity"
import { associationRules, sequentialRules } from "./rules"
import { sasrec } from "./sasrec"
import { textLsa } from "./text-lsa"
import { vmisKnn, vstan } from "./session-knn"

/** Models that learn by themselves, in the order in which they are trained. A new model is one file and one line here. */
const SOURCES: readonly ModelDefinition[] = [
  popularity,
  sequentialRules,
  associationRules,
  vmisKnn,
  vstan,
  boughtTogether,
  buyAgain,
  content,
  textLsa,
  ials,
  bpr,
  ease,
  sasrec,
  gru4rec,
]

/** All models: the sources; iALS with the newest products in it, which a blend would count twice; and what is made of sources. */
export const MODELS: readonly ModelDefinition[] = [
  ...SOURCES,
  coldItems,
  { ...blendOf(SOURCES), of: SOURCES },
]
