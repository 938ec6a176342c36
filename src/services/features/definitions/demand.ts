import { days } from "../decay"
import { signalsOf } from "../signals"
import type { Feature } from "../feature"

/** Parallel arrays, which are quickly copied. `logs` are log2 of weights that grow with time and are never rewritten. */
interface Counts {
  ids: readonly string[]
  logs: readonly number[]
}

interface State {
  /** log2 of the weight of all; null: nothing was wanted yet. */
  total: number | null
  categories: Counts
  products: Counts
}

const HALF_LIFE = days(60)
/** Of each, what is held for a situation; of the whole shop three times as many. */
const KEPT = 100
const WHOLE = "all"

const WEIGHTS: Readonly<Record<string, number>> = { view_item: 1, add_to_cart: 3, purchase: 6 }

const logAdd = (a: number, b: number): number => Math.max(a, b) + Math.log2(1 + 2 ** -Math.abs(a - b))

/** What is wanted somewhere, in weights at one moment. */
export interface Demand {
  total: number
  /** Undefined: it is not known, for there was no room for it. */
  category(id: string): number | undefined
  product(id: string): number | undefined
}

/** The numbers of a state: states never change, and every request asks for the newest. */
const read = new WeakMap<Counts, ReadonlyMap<string, number>>()

const keptOf = (id: string): number => (id === WHOLE ? 3 * KEPT : KEPT)

/**
 * What is wanted in the whole shop (`global:all`) and in each situation (`global:situation:weather=rain`): views, carts
 * and purchases by category and by product. Decay runs forward (Cormode et al. 2009). When all places are taken, a
 * newcomer takes that of the least, in a situation with its own weight alone, in the whole shop with the other's added
 * (Metwally et al. 2005, "Space-Saving"): so where numbers are not exact, a situation never seems to want more of
 * something than it does.
 */
export const demand: Feature<State, Demand> = {
  name: "demand",
  entity: "global",
  events: Object.keys(WEIGHTS),
  initial: { total: null, categories: { ids: [], logs: [] }, products: { ids: [], logs: [] } },
  keys: ({ ts, context: { tz_offset: tzOffset, local_events: localEvents, ...context } }) => [
    WHOLE,
    ...signalsOf({ ...context, now: ts, tzOffset, localEvents }).map(situationId),
  ],
  update: (state, event, id, lookups) => {
    if (event.items.length === 0) return state
    const added = event.ts / HALF_LIFE + Math.log2(WEIGHTS[event.type])
    const categories = event.items.flatMap(({ product_id }) => lookups.categoriesOf(product_id))
    return {
      total: event.items.reduce((total) => logAdd(total, added), state.total ?? -Infinity),
      categories: counted(state.categories, categories, added, id),
      products: counted(
        state.products,
        event.items.map(({ product_id }) => product_id),
        added,
        id
      ),
    }
  },
  read: ({ total, categories, products }, now) => {
    const weight = (log: number | null) => (log === null ? 0 : 2 ** (log - now / HALF_LIFE))
    const of = (counts: Counts) => {
      const known = numbersOf(counts)
      // In a situation with room for more, what is not there was not wanted.
      const absent = counts.ids.length < KEPT ? 0 : undefined
      return (id: string) => {
        const log = known.get(id)
        return log === undefined ? absent : weight(log)
      }
    }
    return { total: weight(total), category: of(categories), product: of(products) }
  },
}

export const situationId = (signal: string): string => `situation:${signal}`

function counted(counts: Counts, names: readonly string[], added: number, id: string): Counts {
  if (names.length === 0) return counts
  const [ids, logs] = [[...counts.ids], [...counts.logs]]
  for (const name of names) {
    let place = ids.indexOf(name)
    if (place >= 0) {
      logs[place] = logAdd(logs[place], added)
    } else if (ids.length < keptOf(id)) {
      ids.push(name)
      logs.push(added)
    } else {
      place = 0
      for (let i = 1; i < logs.length; i++) if (logs[i] < logs[place]) place = i
      ids[place] = name
      logs[place] = id === WHOLE ? logAdd(logs[place], added) : added
    }
  }
  return { ids, logs }
}

function numbersOf(counts: Counts): ReadonlyMap<string, number> {
  let known = read.get(counts)
  if (!known) read.set(counts, (known = new Map(counts.ids.map((id, i) => [id, counts.logs[i]]))))
  return known
}
