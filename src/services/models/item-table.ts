import { packStrings, unpackStrings, type Scored, type TopK } from "../lib"
import type { ModelQuery } from "./model"

/** Item ids with their numbers, shared by all models: one string and one map entry per item. */
export class ItemTable {
  private readonly numbers = new Map<string, number>()
  /** The ids where some were added; what the table was made from belongs to others. */
  private own: string[] | undefined
  private productOf: ((id: string) => number) | undefined
  /** By item the number of its product among the catalogue's cards, −1 until it is known. */
  private products = new Int32Array(0)

  constructor(private readonly made: readonly string[]) {
    made.forEach((id, number) => this.numbers.set(id, number))
  }

  get ids(): readonly string[] {
    return this.own ?? this.made
  }

  static unpack(block: unknown): ItemTable {
    return new ItemTable(unpackStrings(block))
  }

  get size(): number {
    return this.ids.length
  }

  pack(): Uint8Array {
    return packStrings(this.ids)
  }

  /** From now on answers tell the numbers of the products, which `productOf` knows (−1: not yet) and which stay theirs. */
  tellProducts(productOf: (id: string) => number): void {
    this.productOf = productOf
    this.products = new Int32Array(this.size).fill(-1)
  }

  /** Number of an item, or −1 when it is unknown. */
  numberOf(id: string): number {
    return this.numbers.get(id) ?? -1
  }

  /** Number of an item, which is known from now on. */
  add(id: string): number {
    const known = this.numbers.get(id)
    if (known !== undefined) return known
    this.own ??= [...this.made]
    this.numbers.set(id, this.own.length)
    return this.own.push(id) - 1
  }

  /** Numbers of the known ids, in the same order. */
  known(ids: readonly string[]): number[] {
    const numbers: number[] = []
    for (const id of ids) {
      const number = this.numberOf(id)
      if (number >= 0) numbers.push(number)
    }
    return numbers
  }

  /** Empties the heap into a list, best first. */
  scored(top: TopK): Scored[] {
    const { ids } = this
    const { numbers, scores, length } = top.lend()
    const found = new Array<Scored>(length)
    for (let rank = 0; rank < found.length; rank++) {
      const item = numbers[rank]
      found[rank] = { id: ids[item], score: scores[rank], number: this.productAt(item) }
    }
    return found
  }

  private productAt(item: number): number | undefined {
    const { products, productOf } = this
    if (!productOf) return undefined
    // Items that came later are looked up each time.
    const known = item < products.length ? products[item] : -1
    if (known >= 0) return known
    const number = productOf(this.ids[item])
    if (number < 0) return undefined
    if (item < products.length) products[item] = number
    return number
  }
}

/**
 * The item sequence a session model reads: the running session (else the shopper's history), with the
 * product(s) of the page behind it unless the last of them is what was seen last.
 */
export function sequenceOf(query: ModelQuery): readonly string[] {
  const base = query.session?.length ? query.session : (query.history ?? [])
  const seeds = query.seeds ?? []
  if (seeds.length === 0 || base.at(-1) === seeds.at(-1)) return base
  return [...base, ...seeds]
}
