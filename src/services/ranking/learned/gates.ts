import type { RankSituation } from "../rank-feature"

/** A side of the situation that may change how much each source and feature counts. */
export interface Gate {
  name: string
  /** Finite, about −1 to 1. */
  of(situation: RankSituation): number
}

const device = (name: "mobile" | "desktop"): Gate => ({
  name,
  of: ({ context }) => (context.device === name ? 1 : 0),
})

/** The time of day as a point on a circle; the centre where the shopper's zone is not known. */
const hour = (name: string, axis: (angle: number) => number): Gate => ({
  name,
  of: ({ context: { now, tzOffset } }) =>
    tzOffset === undefined ? 0 : axis((2 * Math.PI * ((now / 3_600_000 + tzOffset / 60) % 24)) / 24),
})

/** Sessions longer than this look the same. */
const LONG = 10

/** What the weights of a learned ranker may depend on. */
export const GATES: readonly Gate[] = [
  { name: "returning", of: ({ shopper }) => (shopper.recent.length > shopper.session.length ? 1 : 0) },
  {
    name: "depth",
    of: ({ shopper }) => Math.min(1, Math.log1p(shopper.session.length) / Math.log1p(LONG)),
  },
  { name: "shift", of: ({ shopper }) => shopper.shift ?? 0 },
  device("mobile"),
  device("desktop"),
  hour("hour_cos", Math.cos),
  hour("hour_sin", Math.sin),
]

/** What is on at this request, by the name of the gate; those that are 0 are left out. */
export function situationOf(situation: RankSituation): Record<string, number> {
  const values: Record<string, number> = {}
  for (const { name, of } of GATES) {
    const value = of(situation)
    if (value !== 0) values[name] = Math.round(value * 1e4) / 1e4
  }
  return values
}
