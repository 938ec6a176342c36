import type { ModelDefinition } from "./model"
import { modelOptions } from "./options"
import { sasrecNetwork } from "./sequence/sasrec-network"
import { SequenceModel } from "./sequence/sequence-model"
import { sasrecOptions } from "./sequence/sequence-options"

/** Next item by self-attention over the sequence (Kang & McAuley, ICDM 2018). */
export const sasrec: ModelDefinition = {
  name: "sasrec",
  create: (options) =>
    new SequenceModel("sasrec", modelOptions("sasrec", sasrecOptions, options), sasrecNetwork),
}
