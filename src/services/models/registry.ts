import { blendOf } from "./blend"
import { boughtTogether } from "./bought-together"
import { bpr } from "./bpr"
import { buyAgain } from "./buy-again"
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
  textLsa,
  ials,
  bpr,
  ease,
  sasrec,
  gru4rec,
]

/** All models: the sources, and what is made of them. */
export const MODELS: readonly ModelDefinition[] = [...SOURCES, { ...blendOf(SOURCES), of: SOURCES }]
