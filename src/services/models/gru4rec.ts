import type { ModelDefinition } from "./model"
import { modelOptions } from "./options"
import { gru4recNetwork } from "./sequence/gru4rec-network"
import { SequenceModel } from "./sequence/sequence-model"
import { sequenceOptions } from "./sequence/sequence-options"

/** Next item by a gated recurrent unit over the sequence (Hidasi et al., ICLR 2016). */
export const gru4rec: ModelDefinition = {
  name: "gru4rec",
  create: (options) =>
    new SequenceModel("gru4rec", modelOptions("gru4rec", sequenceOptions, options), gru4recNetwork),
}
