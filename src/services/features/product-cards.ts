import type { Cards, Product, ProductCard } from "./catalog"
import { SharedSets } from "./shared-sets"
import { Traits, traitsOf } from "./traits"

/** The cards of all products. Memory: some 400 bytes a product. */
export class ProductCards implements Cards {
  readonly channelSets = new SharedSets()
  readonly categorySets = new SharedSets()
  readonly traits = new Traits()
  private readonly cards = new Map<string, ProductCard>()
  private readonly free: number[] = []
  private numbers = 0

  get end(): number {
    return this.numbers
  }

  get size(): number {
    return this.cards.size
  }

  get(id: string): ProductCard | undefined {
    return this.cards.get(id)
  }

  put(product: Product): void {
    const channels = this.channelSets.take(product.salesChannelIds)
    const categories = this.categorySets.take(product.categories.map(({ id }) => id))
    const traits = this.traits.take(traitsOf(product))
    const listed = product.status === "published"
    const { inStock, createdAt, price = 0 } = product
    const held = this.cards.get(product.id)
    if (held) {
      this.release(held)
      Object.assign(held, { listed, inStock, channels, categories, traits, createdAt, price })
      return
    }
    const number = this.free.pop() ?? this.numbers++
    this.cards.set(product.id, {
      id: product.id,
      number,
      listed,
      inStock,
      channels,
      categories,
      traits,
      createdAt,
      price,
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

  private release({ channels, categories, traits }: ProductCard): void {
    this.channelSets.giveBack(channels)
    this.categorySets.giveBack(categories)
    this.traits.giveBack(traits)
  }
}
