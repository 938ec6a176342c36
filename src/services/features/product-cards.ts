import type { Cards, Product } from "./catalog"
import { SharedSets } from "./shared-sets"
import { Traits, traitsOf } from "./traits"

/** A row has the length of a line of the processor's cache. */
const WIDTH = 8
const [STATE, CHANNELS, CATEGORIES, TRAITS, CREATED_AT, PRICE] = [0, 1, 2, 3, 4, 5]
/** Bits of the state. */
const [THERE, LISTED, IN_STOCK] = [1, 2, 4]

/** The cards of all products. Memory: some 200 bytes a product, also of those that are gone. */
export class ProductCards implements Cards {
  readonly channelSets = new SharedSets()
  readonly categorySets = new SharedSets()
  readonly traits = new Traits()
  private readonly numbers = new Map<string, number>()
  private rows = new Float64Array(0)
  private there = 0

  get end(): number {
    return this.numbers.size
  }

  get size(): number {
    return this.there
  }

  numberOf(id: string): number {
    const number = this.numbers.get(id)
    return number !== undefined && this.has(number, THERE) ? number : -1
  }

  isListed(number: number): boolean {
    return this.has(number, LISTED)
  }

  isInStock(number: number): boolean {
    return this.has(number, IN_STOCK)
  }

  channelsOf(number: number): number {
    return this.rows[WIDTH * number + CHANNELS]
  }

  categoriesOf(number: number): number {
    return this.rows[WIDTH * number + CATEGORIES]
  }

  traitsOf(number: number): number {
    return this.rows[WIDTH * number + TRAITS]
  }

  createdAt(number: number): number {
    return this.rows[WIDTH * number + CREATED_AT]
  }

  priceOf(number: number): number {
    return this.rows[WIDTH * number + PRICE]
  }

  put(product: Product): void {
    const channels = this.channelSets.take(product.salesChannelIds)
    const categories = this.categorySets.take(product.categories.map(({ id }) => id))
    const traits = this.traits.take(traitsOf(product))
    const number = this.place(product.id)
    if (this.has(number, THERE)) this.release(number)
    else this.there++
    const { status, inStock, createdAt, price = 0 } = product
    const state = THERE | (status === "published" ? LISTED : 0) | (inStock ? IN_STOCK : 0)
    this.rows.set([state, channels, categories, traits, createdAt, price], WIDTH * number)
  }

  remove(id: string): void {
    const number = this.numberOf(id)
    if (number < 0) return
    this.release(number)
    this.rows[WIDTH * number + STATE] = 0
    this.there--
  }

  private has(number: number, bit: number): boolean {
    return (this.rows[WIDTH * number + STATE] & bit) !== 0
  }

  /** Number of a product that is there, was there or is about to be, with a row. */
  private place(id: string): number {
    const known = this.numbers.get(id)
    if (known !== undefined) return known
    const number = this.numbers.size
    this.numbers.set(id, number)
    if (WIDTH * this.end > this.rows.length) {
      const rows = new Float64Array(2 * WIDTH * this.end)
      rows.set(this.rows)
      this.rows = rows
    }
    return number
  }

  private release(number: number): void {
    this.channelSets.giveBack(this.channelsOf(number))
    this.categorySets.giveBack(this.categoriesOf(number))
    this.traits.giveBack(this.traitsOf(number))
  }
}
