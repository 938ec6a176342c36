import type { Rating } from "./sets"

/** What a rating must reach to say that the item was liked. */
export const LIKED = 4

/** Ratings that a mean is drawn towards 0 by, and likes that a lift is drawn towards 1 by. */
const [MEAN_PRIOR, LIFT_PRIOR, OWN_PRIOR] = [3, 5, 0.5]

/** Columns that know nothing of the situation, in order. */
export const PLAIN = ["likes", "rating", "own rating", "own ratings", "kind rating", "kind likes"]
/** Columns of the situation, in order; each is a sum over what is known of it. */
export const AWARE = [
  "likes here",
  "rating here",
  "own rating here",
  "own ratings here",
  "kind likes here",
  "kind rating here",
]

/** Sums by item or by kind of item. */
class Sums {
  readonly likes: Float64Array
  readonly count: Float64Array
  readonly residual: Float64Array
  total = 0

  constructor(size: number) {
    this.likes = new Float64Array(size)
    this.count = new Float64Array(size)
    this.residual = new Float64Array(size)
  }

  add(at: number, liked: boolean, residual: number): void {
    this.count[at]++
    this.residual[at] += residual
    if (!liked) return
    this.likes[at]++
    this.total++
  }

  mean(at: number): number {
    return this.residual[at] / (this.count[at] + MEAN_PRIOR)
  }
}

interface Told {
  item: number
  situation: ReadonlySet<string>
  residual: number
}

/** What ratings say of an item for a user in a situation, as columns for a ranker. */
export class Statistics {
  private readonly items: Sums
  private readonly kinds: Sums
  private readonly bias: Float64Array
  private readonly itemsHere = new Map<string, Sums>()
  private readonly kindsHere = new Map<string, Sums>()
  private readonly byUser = new Map<string, Told[]>()
  private readonly userKinds = new Map<string, Sums>()

  /** @param kindsOf of each item what it has in common with others, by number below `kinds` */
  constructor(
    ratings: readonly Rating[],
    private readonly itemNumber: ReadonlyMap<string, number>,
    private readonly kindsOf: readonly (readonly number[])[],
    kinds: number
  ) {
    const count = itemNumber.size
    this.items = new Sums(count)
    this.kinds = new Sums(kinds)
    const mean = ratings.reduce((sum, { rating }) => sum + rating, 0) / ratings.length
    for (const { item, rating } of ratings)
      this.items.add(itemNumber.get(item)!, rating >= LIKED, rating - mean)
    this.bias = Float64Array.from({ length: count }, (_, item) => this.items.mean(item))
    const users = new Map<string, { sum: number; count: number }>()
    for (const { user, item, rating } of ratings) {
      const held = users.get(user) ?? { sum: 0, count: 0 }
      held.sum += rating - mean - this.bias[itemNumber.get(item)!]
      held.count++
      users.set(user, held)
    }
    for (const { user, item, rating, situation } of ratings) {
      const at = itemNumber.get(item)!
      const { sum, count: own } = users.get(user)!
      const residual = rating - mean - this.bias[at] - sum / (own + MEAN_PRIOR)
      const liked = rating >= LIKED
      listed(this.byUser, user, () => []).push({ item: at, situation: new Set(situation), residual })
      const kindsOfUser = listed(this.userKinds, user, () => new Sums(kinds))
      for (const kind of kindsOf[at]) {
        this.kinds.add(kind, liked, residual)
        kindsOfUser.add(kind, liked, residual)
      }
      for (const value of situation) {
        listed(this.itemsHere, value, () => new Sums(count)).add(at, liked, residual)
        const here = listed(this.kindsHere, value, () => new Sums(kinds))
        for (const kind of kindsOf[at]) here.add(kind, liked, residual)
      }
    }
  }

  /** Writes the columns of all items into `rows`, item by item from column `from` on. */
  write(rows: Float32Array, width: number, from: number, question: Rating, aware: boolean): void {
    const { user, situation } = question
    const own = this.own(user, situation)
    const kinds = this.userKinds.get(user)
    for (let item = 0; item < this.itemNumber.size; item++) {
      const of = this.kindsOf[item]
      let at = item * width + from
      rows[at++] = Math.log1p(this.items.likes[item])
      rows[at++] = this.bias[item]
      rows[at++] = own.residual[item] / (own.count[item] + OWN_PRIOR)
      rows[at++] = own.count[item]
      rows[at++] = sum(of, (kind) => kinds?.mean(kind) ?? 0)
      rows[at++] = sum(of, (kind) => kinds?.likes[kind] ?? 0)
      if (!aware) continue
      rows[at++] = sum(situation, (value) => lift(this.itemsHere.get(value), this.items, item))
      rows[at++] = sum(situation, (value) => this.itemsHere.get(value)?.mean(item) ?? 0)
      rows[at++] = own.residualHere[item] / (own.countHere[item] + OWN_PRIOR)
      rows[at++] = own.countHere[item]
      rows[at++] = sum(situation, (value) =>
        sum(of, (kind) => lift(this.kindsHere.get(value), this.kinds, kind))
      )
      rows[at++] = sum(situation, (value) => sum(of, (kind) => this.kindsHere.get(value)?.mean(kind) ?? 0))
    }
  }

  /** The user's own ratings by item: all alike, and weighted by how alike the situations are. */
  private own(user: string, situation: readonly string[]) {
    const size = this.itemNumber.size
    const [residual, count, residualHere, countHere] = [0, 0, 0, 0].map(() => new Float64Array(size))
    for (const told of this.byUser.get(user) ?? []) {
      const common = situation.filter((value) => told.situation.has(value)).length
      const alike = ((1 + common) / (1 + situation.length + told.situation.size - common)) ** 2
      residual[told.item] += told.residual
      count[told.item]++
      residualHere[told.item] += alike * told.residual
      countHere[told.item] += alike
    }
    return { residual, count, residualHere, countHere }
  }
}

/** Log of how much more of the likes go to it here than in general, drawn towards 0. */
function lift(here: Sums | undefined, general: Sums, at: number): number {
  if (!here || general.total === 0) return 0
  const expected = (here.total * general.likes[at]) / general.total
  return Math.log((here.likes[at] + LIFT_PRIOR) / (expected + LIFT_PRIOR))
}

function sum<T>(of: readonly T[], value: (one: T) => number): number {
  let total = 0
  for (const one of of) total += value(one)
  return total
}

function listed<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key)
  if (value === undefined) map.set(key, (value = make()))
  return value
}
