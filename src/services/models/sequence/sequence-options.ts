import { z } from "zod"
import { numeric, recommendLast } from "../options"

/** Options of both sequence models; few settings were compared on held-out training sessions (docs/quality.md). */
export const sequenceOptions = z.strictObject({
  /** Length of the vectors of items and sequences, a multiple of 8; 0 = by the number of items. */
  dimensions: numeric().int().min(0).max(512).multipleOf(8).default(0),
  /** Newest items of a sequence that are looked at. */
  maxLength: numeric().int().min(2).max(200).default(20),
  /** Times through the data at most; 0 = by the amount of data, 8 to 25. */
  epochs: numeric().int().min(0).default(0),
  /** After so many minutes the training ends with what it has; 0 = no limit. */
  maxMinutes: numeric().min(0).default(30),
  /** Fewer sequences of at least two items than this, and nothing is learned. */
  minSequences: numeric().int().min(1).default(500),
  learningRate: numeric().positive().default(0.005),
  weightDecay: numeric().min(0).default(0.01),
  /** Share of the numbers that is zeroed while training. */
  dropout: numeric().min(0).max(0.9).default(0.3),
  /** Factor of the cosine in the softmax: the higher, the more a small difference in direction counts. */
  sharpness: numeric().positive().default(16),
  /** Steps per batch at most. */
  positions: numeric().int().min(16).default(1024),
  /** Items that a true one is told apart from at each step; all items where they are no more than this. */
  candidates: numeric().int().min(64).default(4096),
  /** Newer sequences count more: exp(−age/recencyScale), age as the share of newer sessions; 0 = all the same. */
  recencyScale: numeric().min(0).default(1),
  /** Share of the sequences, drawn at random, that says when to slow down; learned from at last. */
  validationShare: numeric().min(0).max(0.5).default(0.05),
  recommendLast: recommendLast(),
})

export const sasrecOptions = sequenceOptions.extend({
  /** Blocks of self-attention. */
  blocks: numeric().int().min(1).max(8).default(2),
  heads: numeric().int().min(1).max(8).default(2),
})

export type SequenceOptions = z.output<typeof sequenceOptions>
