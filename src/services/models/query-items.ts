import type { ItemTable } from "./item-table"
import type { ModelQuery } from "./model"

/** Items that speak for the shopper, each once, with weights; newest last. */
export interface QueryItems {
  numbers: number[]
  weights: number[]
}

/**
 * All that a query says about taste, as a set: history, session and seeds in this order, of which the newest `limit`
 * items count, each by its latest place. The n-th newest weighs n^−fading, which fades fast at first and slowly then.
 */
export function queryItems(table: ItemTable, query: ModelQuery, limit: number, fading: number): QueryItems {
  const { history = [], session = [], seeds = [] } = query
  const numbers: number[] = []
  const weights: number[] = []
  const seen = new Set<number>()
  for (const ids of [seeds, session, history]) {
    for (let i = ids.length - 1; i >= 0 && numbers.length < limit; i--) {
      const number = table.numberOf(ids[i])
      if (number < 0 || seen.has(number)) continue
      seen.add(number)
      numbers.push(number)
      weights.push(numbers.length ** -fading)
    }
  }
  return { numbers: numbers.reverse(), weights: weights.reverse() }
}
