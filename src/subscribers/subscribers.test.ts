import type { SubscriberArgs } from "@medusajs/framework"
import { asValue } from "@medusajs/framework/awilix"
import { createMedusaContainer } from "@medusajs/framework/utils"
import type { Fact } from "../services/events"
import cartLines, { config as cartLinesConfig } from "./cart-lines"
import customers from "./customers"
import prices, { config as pricesConfig } from "./prices"
import products from "./products"
import returns from "./returns"
import stock, { config as stockConfig } from "./stock"

/** A store that finds `rows` by entity; what its personalization module is told. */
function shop(rows: Record<string, object> = {}) {
  const told: unknown[] = []
  const personalization = {
    engine: {
      ingest: {
        submitFacts: async ([fact]: Fact[]) => {
          told.push(fact.type)
          return { accepted: 1, rejected: [] }
        },
      },
    },
    forgetCustomer: async (id: string) => told.push({ forgotten: id }),
    removeProducts: async (ids: string[]) => told.push({ removed: ids }),
  }
  const things: Record<string, unknown> = {
    personalization,
    query: {
      graph: async ({ entity }: { entity: string }) => ({ data: rows[entity] ? [rows[entity]] : [] }),
    },
    logger: { debug: () => undefined },
  }
  const container = { resolve: (name: string) => things[name] }
  const args = <T>(name: string, data: T) =>
    ({ event: { name, data }, container, pluginOptions: {} }) as unknown as SubscriberArgs<T>
  return { told, args }
}

const line = { id: "line_1", product_id: "prod_1", cart: { id: "cart_1" } }

describe("subscribers", () => {
  it("tell lines that come from lines that go", async () => {
    const { told, args } = shop({ line_item: line })
    for (const name of cartLinesConfig.event) await cartLines(args(name, { id: "line_1" }))
    expect(told).toEqual(["add_to_cart", "remove_from_cart"])
  })

  it("say nothing of a return that has come back only in part", async () => {
    const { told, args } = shop({ return: { id: "return_1", received_at: null } })
    await returns(args("order.return_received", { order_id: "order_1", return_id: "return_1" }))
    expect(told).toEqual([])
  })

  it("read the product of a stock that changed, and of one that was set aside for an order", async () => {
    const asked: string[] = []
    const query = {
      graph: async ({ entity }: { entity: string }) => {
        asked.push(entity)
        // No variant is linked to it, so that no product has to be read.
        return {
          data: entity === "product_variant_inventory_items" ? [] : [{ inventory_item_id: "iitem_1" }],
        }
      },
    }
    const container = { resolve: () => query }
    for (const name of stockConfig.event) {
      const args = { event: { name, data: { id: "x" } }, container, pluginOptions: {} }
      await stock(args as unknown as SubscriberArgs<{ id: string }>)
    }
    const links = "product_variant_inventory_items"
    const level = ["inventory_level", links]
    const reservation = ["reservation_item", links]
    expect(asked).toEqual([...level, ...level, ...level, ...reservation, ...reservation, ...reservation])
  })

  it("read the product of a price in the list of costs, and look at no other price", async () => {
    const asked: string[] = []
    let title = "Costs"
    const query = {
      graph: async ({ entity, filters }: { entity: string; filters?: { id?: unknown } }) => {
        asked.push(entity === "product" ? `product ${String(filters?.id)}` : entity)
        const price = {
          price_list: { id: "plist_1", title },
          price_set: { variant: { product_id: "prod_1" } },
        }
        return { data: entity === "price" ? [price] : [] }
      },
    }
    const ranking: { costPriceList?: string } = {}
    const engine = { options: { ranking }, catalog: { all: () => [] } }
    const ignore = async () => undefined
    const container = createMedusaContainer()
    container.register({
      personalization: asValue({ engine, syncProducts: ignore, removeProducts: ignore }),
      query: asValue(query),
      logger: asValue({ warn: () => undefined }),
    })
    const told = async () => {
      asked.length = 0
      for (const name of pricesConfig.event) {
        const args = { event: { name, data: { id: "price_1" } }, container, pluginOptions: {} }
        await prices(args as unknown as SubscriberArgs<{ id: string }>)
      }
      return [...asked]
    }
    expect(await told()).toEqual([])
    ranking.costPriceList = "Costs"
    expect(await told()).toEqual(Array(3).fill(["price", "store", "product prod_1"]).flat())
    title = "Sale"
    expect(await told()).toEqual(["price", "price", "price"])
  })

  it("forget a deleted customer and remove a deleted product", async () => {
    const { told, args } = shop()
    await customers(args("customer.deleted", { id: "cus_1" }))
    await products(args("product.deleted", { id: "prod_1" }))
    expect(told).toEqual([{ forgotten: "cus_1" }, { removed: ["prod_1"] }])
  })
})
