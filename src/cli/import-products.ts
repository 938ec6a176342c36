import type { Product } from "../services/features"
import type { ReadyRow } from "./import-events"

interface Seen {
  title?: string
  description?: string
  category?: string
  price?: number
  first: number
  last: number
}

/** Gathers a catalogue from the lines of an import: of each product the newest text and price. */
export class ProductBuilder {
  private readonly seen = new Map<string, Seen>()

  constructor(private readonly salesChannelIds: readonly string[]) {}

  get size(): number {
    return this.seen.size
  }

  add({ row, ts, price }: ReadyRow): void {
    const id = row.product_id!
    const held = this.seen.get(id)
    const product = held ?? { first: ts, last: ts }
    if (!held) this.seen.set(id, product)
    const newer = ts >= product.last
    for (const field of ["title", "description", "category"] as const)
      if (row[field] && (newer || !product[field])) product[field] = row[field]
    // A price of 0 is a gift or a correction, not what the product costs.
    if (price && (newer || product.price === undefined)) product.price = price
    product.first = Math.min(product.first, ts)
    product.last = Math.max(product.last, ts)
  }

  build(): Product[] {
    return [...this.seen].map(([id, { title, description, category, price, first, last }]) => ({
      id,
      title: title ?? description ?? id,
      ...(description && title && { description }),
      status: "published",
      categories: category ? [{ id: category, name: category }] : [],
      tags: [],
      options: {},
      salesChannelIds: [...this.salesChannelIds],
      variants: [{ id, available: true, ...(price !== undefined && { price }) }],
      inStock: true,
      ...(price !== undefined && { price }),
      createdAt: first,
      updatedAt: last,
    }))
  }
}
