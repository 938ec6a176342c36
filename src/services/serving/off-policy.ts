import { bootstrapMean, type Interval } from "../lib"

/** A slot of a list that was shown. */
export interface ShownSlot {
  id: string
  /** Chance that the product stood there, given all that was known of the request. */
  propensity: number
  clicked: boolean
  /** Clicks that a model expects there. */
  expected: number
}

/** What a configuration shows in a slot, with the clicks that the same model expects there. */
export type PlannedSlot = Pick<ShownSlot, "id" | "expected">

/** A list that shoppers saw, and what would stand in its place. Arrays go by slot. */
export interface LoggedList {
  /** Counted from 0. Lists of one shopper depend on one another: shoppers are drawn, not lists. */
  shopper: number
  shown: readonly ShownSlot[]
  now: readonly PlannedSlot[]
  draft: readonly PlannedSlot[]
}

export interface OffPolicy {
  /**
   * `too_little_exploration`: chance has shown too little of what the draft changes, so nothing can be said;
   * `unchanged`: the draft changes no slot of these lists.
   */
  says: "estimate" | "too_little_exploration" | "unchanged"
  /** Lists that shoppers saw and that left slots to chance: what all of this is about. */
  lists: number
  /** Share of the slots that differ whose products chance could have put there: the lower of the two sides'. */
  support: number
  /** Slots of equal weight that would tell as much as those shown that agree where the sides differ: the lower of the two. */
  effective_slots: number
  /** Clicks per list with 95 % intervals, and the draft's less the present ones. Only with an estimate. */
  clicks?: { now: Interval; draft: Interval; change: Interval }
}

/** Fewer tell nothing: at a click rate of 5 % they hold ten clicks. */
const LEAST_SLOTS = 200
/** Of the rest only the model knows anything. */
const LEAST_SUPPORT = 0.8
/** A greater weight counts as this, so that one shown slot never outweighs hundreds. */
const GREATEST_WEIGHT = 500
/** Shoppers are drawn in so many groups: as good for the interval as one by one, and quick. */
const GROUPS = 100
/** Lists that are looked at before others are let in. */
const AT_ONCE = 500

/**
 * Clicks per list of two configurations out of the clicks of lists that neither need have made: doubly robust, slot by
 * slot. A slot is worth what the model expects of the planned product there and, where that product was shown there, the
 * model's error on it, weighted by 1 / propensity. A product's clicks depend on the slot, but not on its neighbours: the
 * item-position model of Li et al. (KDD 2018); the estimator is that of Dudík et al. (ICML 2011) with weights clipped
 * as in Su et al. (ICML 2020). The model is first scaled in each slot to the clicks that were counted there.
 * @param breathe lets others in; called every few milliseconds
 */
export async function offPolicy(
  lists: readonly LoggedList[],
  breathe: () => Promise<void>
): Promise<OffPolicy> {
  const chance = lists.filter(({ shown }) => shown.some(({ propensity }) => propensity < 1))
  const [now, draft] = [new Evidence(), new Evidence()]
  const scales = new Scales()
  for (const [i, { shown, now: present, draft: planned }] of chance.entries()) {
    if (i % AT_ONCE === 0) await breathe()
    scales.add(shown)
    for (let slot = 0; slot < Math.max(present.length, planned.length); slot++) {
      if (present[slot]?.id === planned[slot]?.id) continue
      if (present[slot]) now.add(weightOf(present[slot], shown[slot]))
      if (planned[slot]) draft.add(weightOf(planned[slot], shown[slot]))
    }
  }
  if (chance.length === 0) return { says: "too_little_exploration", lists: 0, support: 0, effective_slots: 0 }
  const sides = [now, draft].filter(({ slots }) => slots > 0)
  if (sides.length === 0) return { says: "unchanged", lists: chance.length, support: 1, effective_slots: 0 }
  const told = {
    lists: chance.length,
    support: Math.min(1, ...sides.map(({ support }) => support)),
    effective_slots: Math.min(...sides.map(({ effective }) => effective)),
  }
  if (told.support < LEAST_SUPPORT || told.effective_slots < LEAST_SLOTS)
    return { says: "too_little_exploration", ...told }
  const [before, after] = [new Float64Array(chance.length), new Float64Array(chance.length)]
  for (const [i, { shown, now: present, draft: planned }] of chance.entries()) {
    if (i % AT_ONCE === 0) await breathe()
    before[i] = clicksOf(present, shown, scales)
    after[i] = clicksOf(planned, shown, scales)
  }
  const groups = chance.map(({ shopper }) => shopper % GROUPS)
  const meanOf = async (values: Float64Array) => {
    await breathe()
    return bootstrapMean(values, groups)
  }
  const clicks = {
    now: await meanOf(before),
    draft: await meanOf(after),
    change: await meanOf(after.map((value, i) => value - before[i])),
  }
  return { says: "estimate", ...told, clicks }
}

/** 0 where another product was shown. */
const weightOf = (planned: PlannedSlot, shown: ShownSlot | undefined) =>
  shown?.id === planned.id ? 1 / shown.propensity : 0

/** Weights of the slots where the sides differ. */
class Evidence {
  slots = 0
  private sum = 0
  private squares = 0

  add(weight: number): void {
    this.slots++
    this.sum += weight
    this.squares += weight * weight
  }

  /** The mean of the weights is 1 where everything planned could be shown. */
  get support(): number {
    return this.sum / this.slots
  }

  /** Kish (1965). */
  get effective(): number {
    return this.squares === 0 ? 0 : this.sum ** 2 / this.squares
  }
}

/** By slot: clicks that were counted for each that the model expected of what was shown, drawn towards 1 as by one click. */
class Scales {
  private readonly clicks: number[] = []
  private readonly expected: number[] = []

  add(shown: readonly ShownSlot[]): void {
    shown.forEach(({ clicked, expected }, slot) => {
      this.clicks[slot] = (this.clicks[slot] ?? 1) + Number(clicked)
      this.expected[slot] = (this.expected[slot] ?? 1) + expected
    })
  }

  of(slot: number): number {
    return slot < this.clicks.length ? this.clicks[slot] / this.expected[slot] : 1
  }
}

function clicksOf(planned: readonly PlannedSlot[], shown: readonly ShownSlot[], scales: Scales): number {
  let clicks = 0
  planned.forEach((one, slot) => {
    const scale = scales.of(slot)
    const weight = Math.min(GREATEST_WEIGHT, weightOf(one, shown[slot]))
    clicks += scale * one.expected
    if (weight > 0) clicks += weight * (Number(shown[slot].clicked) - scale * shown[slot].expected)
  })
  return clicks
}
