import { z } from "zod"
import { flag, numeric, recommendLast } from "./options"

/** Options of VMIS-kNN; the defaults were chosen on held-out training sessions of public data (docs/quality.md). */
export const vmisKnnOptions = z.strictObject({
  /** Most recent sessions, of those that share an item, that are looked at. */
  m: numeric().int().min(1).default(2_500),
  /** Nearest of them that vote. */
  k: numeric().int().min(1).default(500),
  /** Items of the running session, from its end, that count; 0 = all. */
  lastItems: numeric().int().min(0).default(10),
  /** Items that count when no session is given, but a history, a cart or a product. */
  historyItems: numeric().int().min(1).default(100),
  /**
   * Weight of a session item in the similarity, by position p of n (n is the newest): linear p/n, quadratic
   * (p/n)², exponential exp(−(n−p)/positionScale), same 1.
   */
  positionWeight: z.enum(["linear", "quadratic", "exponential", "same"]).default("exponential"),
  positionScale: numeric().positive().default(2),
  /** Rare items of the session count more in the similarity. */
  sessionIdf: flag().default(true),
  /** Divide the similarity by the root of the neighbour's length. */
  lengthNorm: flag().default(false),
  /** Similarity fades with age as exp(−age/recencyScale), age as the share of newer sessions; 0 = not. */
  recencyScale: numeric().min(0).default(0.7),
  /** Weight of a neighbour by steps s back to the newest shared item: linear 1−s/10, div 1/s, same 1. */
  matchWeight: z.enum(["linear", "div", "same"]).default("same"),
  /** A neighbour's item fades as exp(−distance from the shared item/distanceScale); 0 = not. */
  distanceScale: numeric().min(0).default(3),
  /** Weight λ of an item's idf in its score. */
  idfWeighting: numeric().min(0).default(1),
  /**
   * How λ is used, and what idf is: `times` λ·idf by sessions that hold the item, of all session items (Serenade);
   * `plus` 1 + λ·idf by interactions with the item, of all sessions (V-SKNN).
   */
  idfMode: z.enum(["times", "plus"]).default("plus"),
  recommendLast: recommendLast(),
})

/**
 * Options of VSTAN: the same, with other defaults. Neighbours are as near as a cosine says, the session's place and the
 * distance from the shared item fade slower, and more neighbours vote.
 */
export const vstanOptions = vmisKnnOptions.extend({
  m: numeric().int().min(1).default(4_000),
  k: numeric().int().min(1).default(1_000),
  positionScale: numeric().positive().default(5),
  sessionIdf: flag().default(false),
  lengthNorm: flag().default(true),
  distanceScale: numeric().min(0).default(10),
  idfWeighting: numeric().min(0).default(0),
})

export type SessionKnnOptions = z.output<typeof vmisKnnOptions>
