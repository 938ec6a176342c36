import { LRUCache } from "lru-cache"
import type { Product } from "./catalog"

/** Parts remembered: those of products that came long ago are found no more, and stay as they are. */
const REMEMBERED = 10_000
const PARTS = ["categories", "tags", "options", "salesChannelIds", "collection", "type"] as const

/** Makes equal parts of products one, which nobody may change: most products of a shop differ in little. */
export class SharedParts {
  private readonly parts = new LRUCache<string, Product[(typeof PARTS)[number]] & {}>({ max: REMEMBERED })

  /** The product itself, with parts that others have too in place of its own. */
  share(product: Product): Product {
    for (const name of PARTS)
      if (product[name] !== undefined) Object.assign(product, { [name]: this.one(product[name]) })
    return product
  }

  private one<T extends Product[(typeof PARTS)[number]] & {}>(part: T): T {
    const key = JSON.stringify(part)
    const known = this.parts.get(key)
    if (known !== undefined) return known as T
    if (typeof part === "object") for (const inner of [part, ...Object.values(part)]) Object.freeze(inner)
    this.parts.set(key, part)
    return part
  }
}
