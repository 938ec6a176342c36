import type { Product } from "./catalog"
import { brandOf } from "./product-facts"
import { SharedSets } from "./shared-sets"

/** Kinds of traits; each option is a kind of its own, from OPTIONS on. */
export const MAKE = 0
export const TAGS = 1
export const OPTIONS = 2

/** What can be said of a product in one word, kind by kind: `brand:Aurora`, `type:Boots`, `tag:wool`, `option:Colour=Red`. */
export function traitsOf(product: Product): string[] {
  const { type, collection, tags, options } = product
  const brand = brandOf(product)
  const traits = new Set<string>()
  if (brand) traits.add(`brand:${brand}`)
  if (type) traits.add(`type:${type}`)
  if (collection) traits.add(`collection:${collection}`)
  for (const tag of tags) traits.add(`tag:${tag}`)
  for (const [title, values] of Object.entries(options))
    for (const value of values) traits.add(`option:${title}=${value}`)
  return [...traits]
}

/**
 * Numbers for the traits of all products, and for the sets of them that products have; what no product has any more gives
 * its number away.
 */
export class Traits {
  private readonly sets = new SharedSets()
  /** By number of a set. */
  private readonly members: Int32Array[] = []
  private readonly numbers = new Map<string, number>()
  private readonly names: string[] = []
  private readonly kinds: number[] = []
  private readonly users: number[] = []
  private readonly free: number[] = []
  private readonly options = new Map<string, number>()

  /** Every number of a trait lies below it. */
  get end(): number {
    return this.names.length
  }

  /** How many products have it. */
  countOf(number: number): number {
    return this.users[number]
  }

  /** MAKE (brand, type, collection), TAGS, or the number of its option. */
  kindOf(number: number): number {
    return this.kinds[number]
  }

  inSet(set: number): Int32Array {
    return this.members[set]
  }

  /** For one more product. @returns the number of the set */
  take(names: readonly string[]): number {
    const set = this.sets.take(names)
    if (this.sets.usersOf(set) === 1)
      this.members[set] = Int32Array.from(names, (name) => this.numberOf(name))
    for (const number of this.members[set]) this.users[number]++
    return set
  }

  giveBack(set: number): void {
    for (const number of this.members[set]) {
      if (--this.users[number] > 0) continue
      this.numbers.delete(this.names[number])
      this.free.push(number)
    }
    this.sets.giveBack(set)
  }

  private numberOf(name: string): number {
    let number = this.numbers.get(name)
    if (number === undefined) {
      number = this.free.pop() ?? this.names.length
      this.names[number] = name
      this.kinds[number] = this.kindOfName(name)
      this.users[number] = 0
      this.numbers.set(name, number)
    }
    return number
  }

  private kindOfName(name: string): number {
    if (name.startsWith("tag:")) return TAGS
    if (!name.startsWith("option:")) return MAKE
    const title = name.slice(0, name.indexOf("="))
    let option = this.options.get(title)
    if (option === undefined) this.options.set(title, (option = OPTIONS + this.options.size))
    return option
  }
}
