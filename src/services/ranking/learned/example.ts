import { gateValues, LAST_POSITION } from "./weights"

/** A list that was shown, as its exposure records it. */
export interface ShownList {
  requestId: string
  /** ms since the epoch */
  ts: number
  placement: string
  /** Names of the values in each slot's `features`. */
  featureNames: readonly string[]
  slots: readonly { productId: string; features: readonly number[] }[]
  /** `situationOf` the request; absent in lists from before it was recorded. */
  situation?: Readonly<Record<string, number>>
}

/** What came of a list: which of its products were in sight, and what each was worth. */
export interface Outcome {
  /** Products in sight; empty: all, for nobody has said. */
  seen: ReadonlySet<string>
  /** Product → worth of what the shopper did with it, as `outcomes.ts` says. */
  gains: ReadonlyMap<string, number>
}

/** A shown list to learn from. */
export interface RankExample {
  placement: string
  inputs: readonly string[]
  /** In the order of GATES. */
  gates: Float64Array
  /** Products × inputs, row-major. */
  rows: Float64Array
  /** Slot of each product. */
  position: Int32Array
  /** Worth of what was done with each product; all 0: the list was left alone. */
  gain: Float64Array
}

/** One list with its outcome; undefined when no product of it was in sight. */
export function exampleOf(list: ShownList, { seen, gains }: Outcome): RankExample | undefined {
  const { slots, featureNames: inputs, placement } = list
  // What fills a list up was ranked by nobody: its values are all 0.
  const shown = slots.flatMap((slot, position) =>
    (seen.size === 0 || seen.has(slot.productId)) &&
    slot.features.length === inputs.length &&
    slot.features.some((value) => value !== 0)
      ? [{ ...slot, position }]
      : []
  )
  if (shown.length === 0) return undefined
  const rows = new Float64Array(shown.length * inputs.length)
  shown.forEach(({ features }, i) => rows.set(features, i * inputs.length))
  return {
    placement,
    inputs,
    gates: gateValues(list.situation ?? {}),
    rows,
    position: Int32Array.from(shown, ({ position }) => Math.min(position, LAST_POSITION)),
    gain: Float64Array.from(shown, ({ productId }) => gains.get(productId) ?? 0),
  }
}
