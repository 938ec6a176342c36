import { boughtTogether } from "./bought-together"
import type { ModelDefinition } from "./model"
import { popularity } from "./popularity"
import { sequentialRules } from "./sequential-rules"
import { textLsa } from "./text-lsa"
import { vmisKnn } from "./vmis-knn"

/** All models, in the order in which they are trained. A new model is one file and one line here. */
export const MODELS: readonly ModelDefinition[] = [
  popularity,
  sequentialRules,
  vmisKnn,
  boughtTogether,
  textLsa,
]
