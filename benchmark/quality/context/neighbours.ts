import type { Rated } from "./rated"

/** Users that a likeness of two items is drawn towards 0 by. */
const PRIOR = 3

interface Pair {
  together: number
  product: number
}

/** How alike items are: liked by the same users, and rated alike by them (Sarwar et al. 2001). */
export class Neighbours {
  private readonly items: Int32Array[] = []
  private readonly together: Float64Array[] = []
  private readonly alike: Float64Array[] = []

  /** @param users each user's ratings, with what is left of them without the biases of item and user */
  constructor(users: Iterable<readonly { rated: Rated; residual: number }[]>, items: number) {
    const pairs = Array.from({ length: items }, () => new Map<number, Pair>())
    const likes = new Float64Array(items)
    const square = new Float64Array(items)
    for (const told of users) {
      const own = new Map<number, { liked: boolean; sum: number; count: number }>()
      for (const { rated, residual } of told) {
        const of = own.get(rated.item) ?? { liked: false, sum: 0, count: 0 }
        own.set(rated.item, { liked: of.liked || rated.liked, sum: of.sum + residual, count: of.count + 1 })
      }
      const means = Array.from(own, ([item, { liked, sum, count }]) => ({ item, liked, mean: sum / count }))
      for (const one of means) {
        if (one.liked) likes[one.item]++
        square[one.item] += one.mean ** 2
        for (const other of means) {
          if (other.item === one.item) continue
          let pair = pairs[one.item].get(other.item)
          if (!pair) pairs[one.item].set(other.item, (pair = { together: 0, product: 0 }))
          pair.product += one.mean * other.mean
          if (one.liked && other.liked) pair.together++
        }
      }
    }
    pairs.forEach((row, item) => {
      const others = Int32Array.from(row.keys())
      this.items.push(others)
      this.together.push(
        Float64Array.from(
          row,
          ([other, { together }]) => together / (Math.sqrt(likes[item] * likes[other]) + PRIOR)
        )
      )
      this.alike.push(
        Float64Array.from(
          row,
          ([other, { product }]) => product / (Math.sqrt(square[item] * square[other]) + PRIOR)
        )
      )
    })
  }

  /** Adds to all items what one rating of a user says of them. @param told what the rating is above its expectation */
  add(
    { item, liked }: Rated,
    weight: number,
    told: number,
    together: Float64Array,
    alike: Float64Array
  ): void {
    const others = this.items[item]
    for (let i = 0; i < others.length; i++) {
      if (liked) together[others[i]] += weight * this.together[item][i]
      alike[others[i]] += told * this.alike[item][i]
    }
  }
}
