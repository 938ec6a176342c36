import { PersonalizationError, type Clock } from "../../lib"
import { EMPTY_STATE, Learner, type Comparison } from "./learner"
import type { RankerStore } from "./ranker-store.port"

/** Learning stores every few seconds: a state that has moved on meanwhile is taken up again. */
const ATTEMPTS = 20
/** Weights that are told, the ones farthest from nothing. */
const TOLD = 40

/** What the ranker has learned and whether it serves. */
export interface RankerReport {
  /** `fixed`: the weights of the placements; `online`: what follows the shoppers; `promoted`: the last training's. */
  serves: "fixed" | "online" | "promoted"
  trees: boolean
  /** Lists learned from since the last reset, and those with an outcome. */
  lists: number
  taken: number
  /** Loss of the online weights less that of what they began from, on lists before they were learned; below 0 is better. */
  guard: Comparison
  drifts: number
  /** The weights that count most, by name: `source`, `source|situation`, `placement/source`. */
  weights: { name: string; value: number }[]
  /** ms since the epoch; 0: never */
  updatedAt: number
}

export interface RankerDesk {
  report(): Promise<RankerReport>
  /** Forgets what was learned online; `whole`: what trainings promoted as well. Holds in all processes within seconds. */
  reset(whole: boolean): Promise<RankerReport>
}

export function rankerDesk(store: RankerStore, clock: Clock): RankerDesk {
  const report = async (): Promise<RankerReport> => {
    const state = (await store.load()) ?? EMPTY_STATE
    const learner = new Learner(state)
    const { lists, taken, guard, drifts, updatedAt } = state
    const saved = learner.best?.save()
    const weights = (saved?.names ?? []).flatMap((name, i) =>
      name.includes("@") ? [] : [{ name, value: saved!.values[i] }]
    )
    weights.sort((a, b) => Math.abs(b.value) - Math.abs(a.value))
    const serves = learner.serves
    return {
      ...{ serves, trees: serves !== "fixed" && state.stack !== undefined, lists, taken, guard, drifts },
      weights: weights.slice(0, TOLD),
      updatedAt,
    }
  }
  return {
    report,
    async reset(whole) {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const learner = new Learner(await store.load())
        learner.reset(whole)
        if (await store.save(learner.save({}, clock.now()))) return report()
      }
      throw new PersonalizationError("conflict", "The ranker is being stored all the time; try again.")
    },
  }
}
