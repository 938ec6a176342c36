import { finish, packStrings, unpackInSteps, type Scored, type Steps, type TopK } from "../lib"
import type { ModelQuery } from "./model"

/** Ids numbered in one turn of the event loop: about 1 ms. */
const SLICE = 2_000

/** Ids with their numbers as a fit or an artifact brings them. */
class Numbering {
  readonly numbers = new Map<string, number>()
  /** For each catalogue, by item the number of its product there, −1 until it is known. */
  private readonly products = new WeakMap<ProductOf, Int32Array>()

  constructor(readonly ids: readonly string[]) {}

  /** Numbers the ids in slices; stops after each, so that others may have their turn. */
  *fill(): Steps<this> {
    for (let number = 0; number < this.ids.length; number++) {
      if (number > 0 && number % SLICE === 0) yield
      this.numbers.set(this.ids[number], number)
    }
    return this
  }

  productsOf(productOf: ProductOf): Int32Array {
    const known = this.products.get(productOf)
    if (known) return known
    const products = new Int32Array(this.ids.length).fill(-1)
    this.products.set(productOf, products)
    return products
  }
}

/** Number of a product among a catalogue's cards, or −1. */
type ProductOf = (id: string) => number

/** By the block that it was unpacked from. */
const unpacked = new WeakMap<object, Numbering>()

/** Item ids with their numbers. Models whose ids were unpacked from the same block hold them together. */
export class ItemTable {
  private readonly made: Numbering
  /** Where ids were added all of them, and the numbers of those that were. */
  private own: string[] | undefined
  private readonly added = new Map<string, number>()
  private productOf: ProductOf | undefined
  private products: Int32Array = new Int32Array(0)

  constructor(made: readonly string[] | Numbering) {
    this.made = made instanceof Numbering ? made : finish(new Numbering(made).fill())
  }

  get ids(): readonly string[] {
    return this.own ?? this.made.ids
  }

  static unpack(block: unknown): ItemTable {
    return new ItemTable(finish(ItemTable.unpacking(block)))
  }

  /** Does the most of `unpack` ahead of it, in slices. */
  static *unpacking(block: unknown): Steps<Numbering> {
    const known = unpacked.get(block as object)
    if (known) return known
    const numbering = yield* new Numbering(yield* unpackInSteps(block)).fill()
    unpacked.set(block as object, numbering)
    return numbering
  }

  get size(): number {
    return this.ids.length
  }

  pack(): Uint8Array {
    return packStrings(this.ids)
  }

  /** From now on answers tell the numbers of the products, which `productOf` knows (−1: not yet) and which stay theirs. */
  tellProducts(productOf: ProductOf): void {
    this.productOf = productOf
    this.products = this.made.productsOf(productOf)
  }

  /** Number of an item, or −1 when it is unknown. */
  numberOf(id: string): number {
    return this.made.numbers.get(id) ?? this.added.get(id) ?? -1
  }

  /** Number of an item, which is known from now on. */
  add(id: string): number {
    const known = this.numberOf(id)
    if (known >= 0) return known
    this.own ??= [...this.made.ids]
    this.added.set(id, this.own.length)
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
