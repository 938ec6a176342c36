import { z } from "zod"
import { brandOf, sellerOf, type Product } from "../../features"

const id = z.string().min(1).max(200)
const names = z.array(id).min(1, "must name at least one").max(1_000)
const price = z.number().min(0)

/** Which products a rule is about: those that fulfil every field; of a list, one entry is enough. */
export const selectorSchema = z
  .strictObject({
    products: names.optional(),
    categories: names.optional(),
    tags: names.optional(),
    brands: names.optional(),
    sellers: names.optional(),
    collections: names.optional(),
    types: names.optional(),
    /** Key → value, compared as text. */
    metadata: z
      .record(id, z.union([z.string().max(500), z.number(), z.boolean()]))
      .refine((wanted) => Object.keys(wanted).length > 0, { error: "must hold at least one key" })
      .optional(),
    /** Lowest variant price in the store's default currency, major units; both ends belong to it. */
    priceMin: price.optional(),
    priceMax: price.optional(),
  })
  .refine(({ priceMin = 0, priceMax = Infinity }) => priceMin <= priceMax, {
    path: ["priceMax"],
    error: "must not be below priceMin",
  })

export type ProductSelector = z.output<typeof selectorSchema>

type Test = (product: Product) => boolean

/** Whether a product is one of those a rule is about; cheap tests first, for it is asked of hundreds a request. */
export function selectorTest(selector: ProductSelector): Test {
  const tests: Test[] = []
  const { products, categories, tags, brands, sellers, collections, types, metadata } = selector
  const { priceMin, priceMax } = selector
  const among = (list: readonly string[] | undefined, valueOf: (product: Product) => string | undefined) => {
    if (!list) return
    const wanted = new Set<string | undefined>(list)
    tests.push((product) => wanted.has(valueOf(product)))
  }
  among(products, ({ id }) => id)
  if (priceMin !== undefined) tests.push(({ price }) => price !== undefined && price >= priceMin)
  if (priceMax !== undefined) tests.push(({ price }) => price !== undefined && price <= priceMax)
  among(collections, ({ collection }) => collection)
  among(types, ({ type }) => type)
  if (categories) {
    const wanted = new Set(categories)
    tests.push((product) => product.categories.some((one) => wanted.has(one.id)))
  }
  if (tags) {
    const wanted = new Set(tags)
    tests.push((product) => product.tags.some((tag) => wanted.has(tag)))
  }
  among(brands, brandOf)
  among(sellers, sellerOf)
  if (metadata) {
    const wanted = Object.entries(metadata)
    tests.push((product) =>
      wanted.every(([key, value]) => {
        const held = product.metadata?.[key]
        return held !== undefined && String(held) === String(value)
      })
    )
  }
  return (product) => tests.every((test) => test(product))
}
