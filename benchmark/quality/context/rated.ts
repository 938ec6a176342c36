import { Random } from "../../../src/services/lib"
import type { RatingSet } from "./sets"

/** What a rating must reach to say that the item was liked. */
export const LIKED = 4

/** A rating in numbers. */
export interface Rated {
  user: number
  item: number
  rating: number
  liked: boolean
  /** What is known of the situation, by number, rising. */
  situation: readonly number[]
  /** The same for the ratings of one user in one situation. */
  question: string
}

/** A user in a situation. */
export interface Question {
  user: number
  situation: readonly number[]
  liked: ReadonlySet<number>
  /** Items that are not ranked: rated in this very situation before. */
  before: ReadonlySet<number>
}

/** A set in numbers. */
export interface Numbered {
  ratings: readonly Rated[]
  users: number
  items: number
  /** Values that a side of a situation may have, of all sides. */
  values: number
  /** Of each item what it has in common with others, by number below `kinds`. */
  kindsOf: readonly (readonly number[])[]
  kinds: number
}

/** Numbers for names, in the order in which they come. */
class Numbers {
  private readonly known = new Map<string, number>()
  of(name: string): number {
    let number = this.known.get(name)
    if (number === undefined) this.known.set(name, (number = this.known.size))
    return number
  }
  get size(): number {
    return this.known.size
  }
}

export function numbered({ ratings, itemAttributes }: RatingSet): Numbered {
  const [users, items, values, kinds] = Array.from({ length: 4 }, () => new Numbers())
  const kindsOf = [...itemAttributes].map(([id, attributes]) => {
    items.of(id)
    return attributes.map((name) => kinds.of(name))
  })
  const rated = ratings.map(({ user, item, rating, situation }) => {
    const known = situation.map((value) => values.of(value)).sort((a, b) => a - b)
    return {
      user: users.of(user),
      item: items.of(item),
      rating,
      liked: rating >= LIKED,
      situation: known,
      question: `${user} ${known.join(" ")}`,
    }
  })
  return {
    ratings: rated,
    users: users.size,
    items: items.size,
    values: values.size,
    kindsOf,
    kinds: kinds.size,
  }
}

/** Parts of equal size within each user. */
export function foldsOf(ratings: readonly Rated[], folds: number, seed: number): Rated[][] {
  const random = new Random(seed)
  const byUser = new Map<number, Rated[]>()
  for (const rating of ratings) listed(byUser, rating.user).push(rating)
  const parts = Array.from({ length: folds }, (): Rated[] => [])
  for (const own of byUser.values()) {
    const first = random.int(folds)
    random.shuffle(own).forEach((rating, i) => parts[(first + i) % folds].push(rating))
  }
  return parts
}

export const without = <T>(parts: readonly T[][], one: number): T[] =>
  parts.flatMap((part, i) => (i === one ? [] : part))

/** What `asked` asks of a ranker that knows `learned`. */
export function questionsOf(learned: readonly Rated[], asked: readonly Rated[]): Question[] {
  const before = new Map<string, Rated[]>()
  for (const rating of learned) listed(before, rating.question).push(rating)
  const questions = new Map<string, Rated[]>()
  for (const rating of asked) listed(questions, rating.question).push(rating)
  return [...questions].flatMap(([question, ratings]) => {
    const known = new Set(before.get(question)?.map(({ item }) => item))
    const liked = new Set(ratings.flatMap(({ liked, item }) => (liked && !known.has(item) ? [item] : [])))
    const [{ user, situation }] = ratings
    return liked.size > 0 ? [{ user, situation, liked, before: known }] : []
  })
}

export function listed<K, V>(map: Map<K, V[]>, key: K): V[] {
  let list = map.get(key)
  if (!list) map.set(key, (list = []))
  return list
}
