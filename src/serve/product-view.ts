import type { HydratedProduct } from "../api/_lib/products"
import type { Product } from "../services/features"

/** Part of a product → how it is told, in the shape of Medusa's product routes; only what the catalogue holds. */
const PARTS: Readonly<Record<string, (product: Product) => unknown>> = {
  title: ({ title }) => title,
  subtitle: ({ subtitle }) => subtitle ?? null,
  description: ({ description }) => description ?? null,
  handle: ({ handle }) => handle ?? null,
  thumbnail: ({ thumbnail }) => thumbnail ?? null,
  metadata: ({ metadata }) => metadata ?? null,
  created_at: ({ createdAt }) => new Date(createdAt).toISOString(),
  categories: ({ categories }) => categories.map(({ id, name }) => ({ id, name })),
  tags: ({ tags }) => tags.map((value) => ({ value })),
  collection: ({ collection }) => (collection === undefined ? null : { title: collection }),
  type: ({ type }) => (type === undefined ? null : { value: type }),
  options: ({ options }) =>
    Object.entries(options).map(([title, values]) => ({ title, values: values.map((value) => ({ value })) })),
  variants: ({ variants }) => variants.map(({ id }) => ({ id })),
}

/** A way to tell of products, restricted to `fields`; what the catalogue does not hold is absent. */
export function productView(fields: readonly string[]): (product: Product) => HydratedProduct {
  const wanted = new Set(fields.map((field) => field.split(".", 1)[0]))
  const parts = Object.entries(PARTS).filter(([name]) => wanted.has(name))
  return (product) => {
    const view: HydratedProduct = { id: product.id }
    for (const [name, part] of parts) view[name] = part(product)
    return view
  }
}
