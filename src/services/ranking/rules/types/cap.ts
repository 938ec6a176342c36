import { z } from "zod"
import { brandOf, sellerOf, type Product } from "../../../features"
import type { RuleType } from "../rule-type.port"

const KINDS: Record<string, (product: Product) => string | undefined> = {
  brand: brandOf,
  /** The most specific one. */
  category: ({ categories }) => categories.at(-1)?.id,
  seller: sellerOf,
  collection: ({ collection }) => collection,
}

const schema = z.strictObject({
  type: z.literal("cap"),
  by: z.enum(["brand", "category", "seller", "collection"]),
  most: z.number().int().min(1).max(200),
})

/** Shows at most so many products of one brand, category, seller or collection; products without one are not counted. */
export const cap: RuleType<z.output<typeof schema>> & { schema: typeof schema } = {
  type: "cap",
  schema,
  needsProducts: false,
  cap: ({ by, most }) => ({ most, kindOf: KINDS[by] }),
}
