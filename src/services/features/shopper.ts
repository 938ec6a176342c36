/** What is known of the shopper at this request; empty without consent. */
export interface Shopper {
  /** Recent products across sessions, newest last, with what was done to them. */
  recent: readonly { productId: string; type: string; ts: number }[]
  /** Products of the running session, oldest first. */
  session: readonly string[]
  /** Category id → decayed affinity, 0–1. */
  categoryAffinity: ReadonlyMap<string, number>
  /** Product → how often recommendations have shown it since the shopper last cared for it, old times fading. */
  shown: ReadonlyMap<string, number>
  /** How surely the running session has turned to something else, 0–1; absent: it has not. */
  shift?: number
}

/** The shopper of whom nothing is known, or nothing may be known. */
export const NOBODY: Shopper = Object.freeze({
  recent: [],
  session: [],
  categoryAffinity: new Map<string, number>(),
  shown: new Map<string, number>(),
})

/** Whether what was done to a product says that the shopper does not want to see it. */
export const isTurnedDown = (type: string): boolean => type === "dislike" || type === "not_interested"
