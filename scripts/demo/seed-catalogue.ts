import type { CreateProductWorkflowInputDTO, MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import {
  createInventoryLevelsWorkflow,
  createProductCategoriesWorkflow,
  createProductsWorkflow,
  createProductTagsWorkflow,
} from "@medusajs/medusa/core-flows"
import type { SimProduct } from "../../packages/simulator/src"
import { report } from "./progress"
import type { DemoStore } from "./seed-store"

const BATCH = 40

/** Writes the simulated products into the store: categories, tags, products with prices, and stock. */
export async function seedCatalogue(
  container: MedusaContainer,
  store: DemoStore,
  products: readonly SimProduct[]
): Promise<void> {
  const names = [...new Set(products.map((product) => product.category))]
  const categories = await createProductCategoriesWorkflow(container).run({
    input: {
      product_categories: names.map((name) => ({ name, handle: name.toLowerCase(), is_active: true })),
    },
  })
  const categoryIds = new Map(categories.result.map((category) => [category.name, category.id]))
  const values = [...new Set(products.flatMap((product) => product.tags))]
  const tags = await createProductTagsWorkflow(container).run({
    input: { product_tags: values.map((value) => ({ value })) },
  })
  const tagIds = new Map(tags.result.map((tag) => [tag.value, tag.id]))

  for (let from = 0; from < products.length; from += BATCH) {
    const batch = products.slice(from, from + BATCH)
    await createProductsWorkflow(container).run({
      input: {
        products: batch.map((product) => toInput(product, store, categoryIds.get(product.category)!, tagIds)),
      },
    })
    report("products", from + batch.length, products.length)
  }
  await seedStock(container, store, products)
}

/** Relative, so that the pictures are found whatever the ports: the store and the storefront both serve them. */
export const pictureUrl = (handle: string): string => `/static/pictures/${handle}.svg`

function toInput(
  product: SimProduct,
  store: DemoStore,
  categoryId: string,
  tagIds: Map<string, string>
): CreateProductWorkflowInputDTO {
  const picture = pictureUrl(product.handle)
  return {
    title: product.title,
    subtitle: product.subtitle,
    description: product.description,
    handle: product.handle,
    status: "published",
    thumbnail: picture,
    images: [{ url: picture }],
    material: product.material,
    weight: product.weightGrams,
    category_ids: [categoryId],
    tag_ids: product.tags.map((tag) => tagIds.get(tag)!),
    shipping_profile_id: store.shippingProfileId,
    sales_channels: [{ id: store.salesChannelId }],
    options: product.options,
    variants: product.variants.map((variant) => ({
      title: variant.title,
      sku: variant.sku,
      options: variant.options,
      manage_inventory: true,
      prices: [
        { currency_code: "eur", amount: variant.prices.eur },
        { currency_code: "usd", amount: variant.prices.usd },
      ],
    })),
  }
}

async function seedStock(
  container: MedusaContainer,
  store: DemoStore,
  products: readonly SimProduct[]
): Promise<void> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data: items } = await query.graph({ entity: "inventory_item", fields: ["id", "sku"] })
  const stock = new Map(
    products.flatMap((product) => product.variants.map((variant) => [variant.sku, variant.stock]))
  )
  report("stock", 0, items.length)
  await createInventoryLevelsWorkflow(container).run({
    input: {
      inventory_levels: items.map((item) => ({
        inventory_item_id: item.id,
        location_id: store.stockLocationId,
        stocked_quantity: stock.get(item.sku!) ?? 0,
      })),
    },
  })
  report("stock", items.length, items.length)
}
