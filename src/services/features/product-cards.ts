import type { Product } from "./catalog"

/**
 * What a request asks of hundreds of products, in one small record each: a product itself lies scattered over the memory.
 * The record stays the same object while the product changes, so whoever holds it sees a change at once.
 */
export interface ProductCard {
  readonly id: string
  /** Place in arrays by product, counted from 0. Once the product is gone it may be another's. */
  readonly number: number
  /** Published, and not gone. */
  listed: boolean
  inStock: boolean
  /** Which of `channelSets` it is sold in. */
  channels: number
  /** Which of `categorySets` it belongs to. */
  categories: number
}

/** The cards of all products. Memory: some 200 bytes a product. */
export class ProductCards {
  /** Sales channel ids that products have together. */
  readonly channelSets = new SharedSets()
  /** Category ids that products have together, most specific last. */
  readonly categorySets = new SharedSets()
  private readonly cards = new Map<string, ProductCard>()
  private readonly free: number[] = []
  private numbers = 0

  /** Every number lies below it. */
  get end(): number {
    return this.numbers
  }

  get(id: string): ProductCard | undefined {
    return this.cards.get(id)
  }

  put(product: Product): void {
    const channels = this.channelSets.take(product.salesChannelIds)
    const categories = this.categorySets.take(product.categories.map(({ id }) => id))
    const listed = product.status === "published"
    const held = this.cards.get(product.id)
    if (held) {
      this.release(held)
      Object.assign(held, { listed, inStock: product.inStock, channels, categories })
      return
    }
    const number = this.free.pop() ?? this.numbers++
    this.cards.set(product.id, {
      id: product.id,
      number,
      listed,
      inStock: product.inStock,
      channels,
      categories,
    })
  }

  remove(id: string): void {
    const card = this.cards.get(id)
    if (!card) return
    this.release(card)
    card.listed = false
    this.cards.delete(id)
    this.free.push(card.number)
  }

  private release({ channels, categories }: ProductCard): void {
    this.channelSets.giveBack(channels)
    this.categorySets.giveBack(categories)
  }
}

/** Numbers for lists of ids that many products share; a list that nobody has any more is dropped. */
class SharedSets {
  private readonly numbers = new Map<string, number>()
  private readonly lists: { key: string; ids: readonly string[]; users: number }[] = []
  private readonly free: number[] = []

  idsOf(number: number): readonly string[] {
    return this.lists[number].ids
  }

  take(ids: readonly string[]): number {
    const key = JSON.stringify(ids)
    let number = this.numbers.get(key)
    if (number === undefined) {
      number = this.free.pop() ?? this.lists.length
      this.lists[number] = { key, ids: [...ids], users: 0 }
      this.numbers.set(key, number)
    }
    this.lists[number].users++
    return number
  }

  giveBack(number: number): void {
    const list = this.lists[number]
    if (--list.users > 0) return
    this.numbers.delete(list.key)
    this.free.push(number)
  }
}
