import { Random } from "../lib"
import { NEVER_SHOWN, NOBODY, ProductCards, type Catalog, type Product } from "../features"
import type { ProductEmbedder } from "../models"
import type { Ranked } from "../ranking"
import { dot, type MonitoredVectorIndex } from "../retrieval"

/** A published product that can be bought in channel `web`. */
export function product(id: string, category: string, extra: Partial<Product> = {}): Product {
  return {
    id,
    title: `The ${id}`,
    status: "published",
    categories: [{ id: category, name: category.toUpperCase() }],
    tags: [],
    options: {},
    salesChannelIds: ["web"],
    variants: [
      { id: `${id}-sold-out`, available: false },
      { id: `${id}-variant`, available: true },
    ],
    inStock: true,
    createdAt: 0,
    updatedAt: 0,
    ...extra,
  }
}

export class TestCatalog implements Catalog {
  version = 0
  readonly cards = new ProductCards()
  private readonly products = new Map<string, Product>()

  constructor(products: readonly Product[] = []) {
    this.put(...products)
  }

  get size(): number {
    return this.products.size
  }
  put(...products: Product[]): void {
    for (const one of products) {
      this.products.set(one.id, one)
      this.cards.put(one)
    }
    this.version++
  }
  remove(id: string): void {
    this.products.delete(id)
    this.cards.remove(id)
    this.version++
  }
  get(id: string): Product | undefined {
    return this.products.get(id)
  }
  has(id: string): boolean {
    return this.products.has(id)
  }
  all(): IterableIterator<Product> {
    return this.products.values()
  }
}

/** Nearest neighbours by looking at all. */
export class TestIndex implements MonitoredVectorIndex {
  readonly kind = "exact"
  readonly fallbacks = 0
  readonly together: number = 1
  closed = false
  private readonly vectors = new Map<string, Float32Array>()

  constructor(readonly dimensions: number) {}

  get size(): number {
    return this.vectors.size
  }
  async build(ids: readonly string[], vectors: Float32Array): Promise<void> {
    this.vectors.clear()
    await this.add(ids, vectors)
  }
  async add(ids: readonly string[], vectors: Float32Array): Promise<void> {
    ids.forEach((id, row) =>
      this.vectors.set(id, vectors.slice(row * this.dimensions, (row + 1) * this.dimensions))
    )
  }
  async remove(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.vectors.delete(id)
  }
  async search(query: Float32Array, k: number) {
    return [...this.vectors]
      .map(([id, vector]) => ({ id, score: dot(query, vector) }))
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .slice(0, k)
  }
  async recall(): Promise<number> {
    return 1
  }
  async close(): Promise<void> {
    this.closed = true
  }
}

/** One direction for each category, a little turned by the length of the title. */
export const embedder: ProductEmbedder = {
  dimensions: 4,
  embed({ categories, title }) {
    const vector = new Float32Array([0, 0, 0, title.length / 100])
    vector["abc".indexOf(categories[0]?.id ?? "a")] = 1
    const norm = Math.hypot(...vector)
    return vector.map((value) => value / norm)
  },
}

/** What a re-ranker is given of nobody in an empty shop; `items` are all that the ranker brought. */
export const rerankInput = (items: readonly Ranked[]) => ({
  items,
  ranked: items,
  limit: items.length,
  catalog: new TestCatalog(),
  shopper: NOBODY,
  seeds: [],
  vectorOf: (_: string): Float32Array | undefined => undefined,
  tallyOf: (_: string) => NEVER_SHOWN,
  random: new Random(1),
})
