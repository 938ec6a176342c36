import { z } from "zod"
import { BOOSTING_DEFAULTS } from "../../lib"
import { numeric } from "../options"

/** Options of the blend; of the trees, few settings were compared on held-out training sessions (docs/quality.md). */
export const blendOptions = z.strictObject({
  /** Sources by name, comma-separated; "" = all but the blend. */
  sources: z.string().default(""),
  /** Options by source, as that model takes them; from a command line as JSON. */
  sourceOptions: z
    .preprocess(
      (value) => (typeof value === "string" ? parseJson(value) : value),
      z.record(z.string(), z.record(z.string(), z.unknown()))
    )
    .default({}),
  /** Items asked of each source, beside those that the question names itself. */
  candidates: numeric().int().min(1).default(60),
  /** Newest share of the sessions that the rankers learn from. */
  share: numeric().gt(0).lt(1).default(0.1),
  /** Questions per kind (session, history, basket) that the rankers learn from, at most. */
  maxExamples: numeric().int().min(1).default(80_000),
  /** A kind with fewer questions that a source can answer gets no ranker of its own. */
  minExamples: numeric().int().min(1).default(100),
  /** Items of all questions of a kind that a ranker learns from, at most: the right ones and a draw of the others. */
  maxRows: numeric().int().min(1000).default(2_500_000),
  trees: numeric().int().min(1).default(BOOSTING_DEFAULTS.trees),
  learningRate: numeric().positive().default(BOOSTING_DEFAULTS.learningRate),
  leaves: numeric().int().min(2).default(BOOSTING_DEFAULTS.leaves),
})

/** What is not JSON stays the text that it is, and is refused as such. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

export type BlendOptions = z.output<typeof blendOptions>
