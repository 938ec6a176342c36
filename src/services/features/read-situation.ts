import { demand, situationId, type Demand } from "./definitions/demand"
import type { FeatureKey } from "./feature"
import type { FeatureRecord } from "./feature-store.port"
import { wholeOf } from "./signals"

/** What is wanted in general, and on each side of a situation. */
export interface SituationDemand {
  general: Demand
  here: readonly {
    signal: string
    demand: Demand
    /** What it is compared with, where that is not the whole shop: of a region, its country. */
    whole?: Demand
  }[]
}

const WHOLE: FeatureKey = "global:all"

/** The records that `readSituation` needs. @param signals of `signalsOf` */
export const situationKeys = (signals: readonly string[]): FeatureKey[] =>
  signals.length === 0 ? [] : [WHOLE, ...signals.map(keyOf)]

const keyOf = (signal: string): FeatureKey => `global:${situationId(signal)}`

/** Undefined where nothing is known of any side. @param now ms since the epoch */
export function readSituation(
  records: ReadonlyMap<FeatureKey, FeatureRecord>,
  signals: readonly string[],
  now: number
): SituationDemand | undefined {
  const of = (key: FeatureKey): Demand | undefined => {
    const state = records.get(key)?.[demand.name]
    return state === undefined ? undefined : demand.read(state as typeof demand.initial, now)
  }
  const general = of(WHOLE)
  if (!general) return undefined
  const here = signals.flatMap((signal) => {
    const own = of(keyOf(signal))
    const whole = wholeOf(signal)
    return own ? [{ signal, demand: own, ...(whole && { whole: of(keyOf(whole)) }) }] : []
  })
  return here.length > 0 ? { general, here } : undefined
}
