import { addDecayed, days, valueAt, type Decayed } from "../decay"
import type { ShopEvent } from "../../events"
import type { Feature } from "../feature"

/** Parallel arrays: copying them costs less than copying an object of 100 keys. What is liked is `values` at `times`. */
type State = readonly [ids: readonly string[], values: readonly number[], times: readonly number[]]

/**
 * As it was kept at first: a shared store may still hold such states. A process of that release, beside one of this, spreads the
 * three columns into such a record.
 */
type Former = Readonly<Record<string, unknown>>

const HALF_LIFE = days(14)
/** Categories remembered per shopper. */
const KEPT = 100

const WEIGHTS: Readonly<Record<string, number>> = {
  view_item: 1,
  select_item: 0.5,
  add_to_wishlist: 2,
  add_to_cart: 3,
  purchase: 5,
  like: 3,
  dislike: -3,
}

/** A rating of 3 says nothing, 5 as much as a cart, 1 as much as a dislike. */
function weightOf(event: ShopEvent): number {
  if (event.type !== "rating") return WEIGHTS[event.type] ?? 0
  return (Number(event.properties?.rating ?? 3) - 3) * 1.5
}

/** A state that is being worked out. */
class Liking {
  private readonly ids: string[]
  private readonly values: number[]
  private readonly times: number[]

  constructor(state: State | Former) {
    const [ids, values, times] = columns(state)
    this.ids = [...ids]
    this.values = [...values]
    this.times = [...times]
  }

  add(id: string, weight: number, ts: number): void {
    const held = this.ids.indexOf(id)
    const at = held < 0 ? this.ids.push(id) - 1 : held
    const before = held < 0 ? undefined : ([this.values[at], this.times[at]] as const)
    ;[this.values[at], this.times[at]] = addDecayed(before, weight, ts, HALF_LIFE)
  }

  /** Of more than 100 the weakest are left out. */
  state(): State {
    while (this.ids.length > KEPT) this.removeWeakest()
    return [this.ids, this.values, this.times]
  }

  private removeWeakest(): void {
    let weakest = 0
    let least = Infinity
    for (let i = 0; i < this.ids.length; i++) {
      // log2: at any one moment the same order as the values, without a moment.
      const strength = Math.log2(Math.abs(this.values[i])) + this.times[i] / HALF_LIFE
      if (strength > least) continue
      weakest = i
      least = strength
    }
    for (const column of [this.ids, this.values, this.times]) column.splice(weakest, 1)
  }
}

const isState = (state: readonly unknown[]): boolean =>
  Array.isArray(state[0]) && state[0].every((id) => typeof id === "string")

const isDecayed = (sum: unknown): sum is Decayed =>
  Array.isArray(sum) && sum.length === 2 && sum.every((one) => typeof one === "number")

function columns(state: State | Former): State {
  if (Array.isArray(state)) return state as unknown as State
  const { 0: ids, 1: values, 2: times, ...rest } = state as Former
  const spread = isState([ids])
  const [held, sums] = spread
    ? [[ids, values, times] as State, rest]
    : [[[], [], []] as State, state as Former]
  const entries = Object.entries(sums).filter((entry): entry is [string, Decayed] => isDecayed(entry[1]))
  return [
    [...held[0], ...entries.map(([id]) => id)],
    [...held[1], ...entries.map(([, [value]]) => value)],
    [...held[2], ...entries.map(([, [, ts]]) => ts)],
  ]
}

/** Liking of categories, 0–1 with the most liked at 1; half is forgotten in two weeks. */
export const categoryAffinity: Feature<State, ReadonlyMap<string, number>> = {
  name: "category_affinity",
  entity: "shopper",
  events: [...Object.keys(WEIGHTS), "rating"],
  initial: [[], [], []],
  update: (state, event, _id, lookups) => {
    const weight = weightOf(event)
    const liking = new Liking(state)
    for (const { product_id } of event.items)
      for (const category of lookups.categoriesOf(product_id)) liking.add(category, weight, event.ts)
    return liking.state()
  },
  read: (state, now) => {
    const [ids, values, times] = columns(state)
    const liking = new Map<string, number>()
    let top = 0
    for (let i = 0; i < ids.length; i++) {
      const value = valueAt([values[i], times[i]], now, HALF_LIFE)
      if (value > 0) liking.set(ids[i], value)
      if (value > top) top = value
    }
    for (const [id, value] of liking) liking.set(id, value / top)
    return liking
  },
  merge: (into, from) => {
    const liking = new Liking(into)
    const [ids, values, times] = columns(from)
    for (let i = 0; i < ids.length; i++) liking.add(ids[i], values[i], times[i])
    return liking.state()
  },
}
