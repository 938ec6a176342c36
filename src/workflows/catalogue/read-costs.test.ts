import type { RemoteQueryFunction } from "@medusajs/framework/types"
import type { Product } from "../../services/features"
import { findCostList, readCosts } from "./read-costs"
import { syncProducts, type SyncTarget } from "./sync-products"

interface Asked {
  entity: string
  filters?: { $or?: { id?: string; title?: string }[]; price_set_id?: string[]; currency_code?: string }
}

const lists = [
  { id: "plist_1", title: "Costs", status: "draft" },
  { id: "plist_2", title: "Sale", status: "active" },
]
const price = (price_set_id: string, amount: number, rest: object = {}) => ({
  price_set_id,
  amount,
  currency_code: "eur",
  ...rest,
})

/** A store with these prices in its lists, which answers as Medusa does, and one product a price set. */
function shop(prices: ReturnType<typeof price>[]) {
  const asked: Asked[] = []
  const graph = async (question: Asked) => {
    asked.push(question)
    const { entity, filters } = question
    if (entity === "store")
      return { data: [{ supported_currencies: [{ currency_code: "eur", is_default: true }] }] }
    if (entity === "price_list")
      return {
        data: lists.filter((list) =>
          filters!.$or!.some(({ id, title }) => id === list.id || title === list.title)
        ),
      }
    if (entity === "product")
      return {
        data: ["a", "b"].map((name) => ({
          id: `prod_${name}`,
          status: "published",
          created_at: 0,
          updated_at: 0,
          variants: [{ id: `variant_${name}`, manage_inventory: false, price_set: { id: `pset_${name}` } }],
        })),
      }
    if (entity !== "price") return { data: [] }
    return {
      data: prices.filter(
        ({ price_set_id, currency_code }) =>
          filters!.price_set_id!.includes(price_set_id) && currency_code === filters!.currency_code
      ),
    }
  }
  return { query: { graph } as unknown as RemoteQueryFunction, asked }
}

const list = { ids: ["plist_1"], currency: "eur" }

describe("findCostList", () => {
  it("finds a list by its id or its title, and says whether shoppers can see it", async () => {
    const { query } = shop([])
    const draft = { ids: ["plist_1"], currency: "eur", active: false }
    expect(await findCostList(query, "plist_1", "eur")).toEqual(draft)
    expect(await findCostList(query, "Costs", "eur")).toEqual(draft)
    expect((await findCostList(query, "Sale", "eur"))?.active).toBe(true)
    expect(await findCostList(query, "Other", "eur")).toBeUndefined()
  })
})

describe("readCosts", () => {
  it("takes the price of the fewest pieces, of those for everybody, in the store's currency", async () => {
    const { query } = shop([
      price("a", 3, { min_quantity: 100 }),
      price("a", 4),
      price("a", 1, { rules_count: 1 }),
      price("b", 5, { currency_code: "usd" }),
      price("c", 6, { min_quantity: 10 }),
      price("c", -1),
      price("d", 0),
    ])
    expect([...(await readCosts(query, list, ["a", "b", "c", "d"]))]).toEqual([
      ["a", 4],
      ["c", 6],
      ["d", 0],
    ])
  })

  it("asks nothing of no products", async () => {
    const { query, asked } = shop([])
    expect((await readCosts(query, list, [])).size).toBe(0)
    expect(asked).toEqual([])
  })
})

describe("syncProducts with a price list of costs", () => {
  const sync = async (costPriceList?: string, ids?: string[]) => {
    const { query, asked } = shop([price("pset_a", 4)])
    const [written, warnings]: [Product[], string[]] = [[], []]
    const target: SyncTarget = {
      engine: {
        catalog: {
          all: () => [],
          fingerprints: async () => new Map(),
          keepFingerprints: async () => undefined,
        },
      },
      syncProducts: async (products) => void written.push(...products),
      removeProducts: async () => undefined,
    }
    await syncProducts(query, target, { ids, costPriceList, warn: (message) => warnings.push(message) })
    const costs = written.map(({ variants: [{ cost }] }) => cost)
    return { costs, warnings, questions: asked.filter(({ entity }) => entity.startsWith("price")).length }
  }

  it("reads the costs of a page of products in one question", async () => {
    expect(await sync("Costs")).toEqual({ costs: [4, undefined], warnings: [], questions: 2 })
    expect(await sync()).toEqual({ costs: [undefined, undefined], warnings: [], questions: 0 })
  })

  it("warns of a list that is missing or that shoppers can see, when it looks at the whole catalogue", async () => {
    expect((await sync("Other")).warnings).toEqual([expect.stringContaining('no price list "Other"')])
    expect((await sync("Sale")).warnings).toEqual([expect.stringContaining("Make it a draft")])
    expect((await sync("Sale", ["prod_a"])).warnings).toEqual([])
  })
})
