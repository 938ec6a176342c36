/** A sum whose parts halve every half-life: its value at the time of its newest part. Plain JSON. */
export type Decayed = readonly [value: number, ts: number]

const DAY_MS = 86_400_000
export const days = (n: number): number => n * DAY_MS

/** Share that is left after `ms`. */
export const decay = (ms: number, halfLife: number): number => 2 ** (-Math.max(0, ms) / halfLife)

/** Adds `weight` at `ts`; parts may arrive out of order. */
export function addDecayed(
  state: Decayed | undefined,
  weight: number,
  ts: number,
  halfLife: number
): Decayed {
  if (!state) return [weight, ts]
  const [value, at] = state
  if (ts >= at) return [value * decay(ts - at, halfLife) + weight, ts]
  return [value + weight * decay(at - ts, halfLife), at]
}

/** Value at `now`, ms since the epoch. */
export const valueAt = (state: Decayed | undefined, now: number, halfLife: number): number =>
  state ? state[0] * decay(now - state[1], halfLife) : 0

/** Sum of two such sums. */
export function mergeDecayed(a: Decayed | undefined, b: Decayed | undefined, halfLife: number): Decayed {
  if (!a || !b) return a ?? b ?? [0, 0]
  return addDecayed(a, b[0], b[1], halfLife)
}

/** Entry of a plain object that was made from outside names: `constructor` is no entry of an empty one. */
export const own = <T>(state: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(state, key) ? state[key] : undefined
