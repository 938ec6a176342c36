import type { MedusaContainer } from "@medusajs/framework/types"
import { hydrate, priceContext } from "./hydrate"

interface Asked {
  entity: string
  filters: object
  context?: { variants: { calculated_price: object } }
}

/** A container whose query answers with these rows by entity, and what it was asked. */
function store(rows: Record<string, object[]>) {
  const asked: Asked[] = []
  const graph = async (query: Asked) => {
    asked.push(query)
    return { data: rows[query.entity] ?? [] }
  }
  return { container: { resolve: () => ({ graph }) } as unknown as MedusaContainer, asked }
}

const region = { region: [{ id: "reg_1", currency_code: "eur" }] }
const groups = { customer_group: [{ id: "cusgroup_1" }, { id: "cusgroup_2" }] }

describe("priceContext", () => {
  it("is nothing when no price is asked for, and asks the store nothing", async () => {
    const { container, asked } = store(groups)
    expect(await priceContext(container, {}, "cus_1")).toBeUndefined()
    expect(asked).toEqual([])
  })

  it("names the groups of a customer, for whom price lists may hold", async () => {
    const { container, asked } = store({ ...region, ...groups })
    expect(await priceContext(container, { region_id: "reg_1" }, "cus_1")).toEqual({
      region_id: "reg_1",
      currency_code: "eur",
      customer: { groups: [{ id: "cusgroup_1" }, { id: "cusgroup_2" }] },
    })
    expect(asked[1]).toMatchObject({ entity: "customer_group", filters: { customers: { id: "cus_1" } } })
  })

  it("asks nothing more for a shopper who is nobody's customer", async () => {
    const { container, asked } = store(groups)
    expect(await priceContext(container, { currency_code: "USD" })).toEqual({ currency_code: "usd" })
    expect(asked).toEqual([])
  })

  it("names an unknown region", async () => {
    const { container } = store({})
    await expect(priceContext(container, { region_id: "reg_none" })).rejects.toMatchObject({
      code: "invalid_input",
      fields: [{ path: "region_id", message: "no such region" }],
    })
  })
})

describe("hydrate", () => {
  it("calculates prices in the whole context", async () => {
    const { container, asked } = store({ product: [{ id: "prod_1", title: "Cup" }] })
    const prices = { currency_code: "eur", customer: { groups: [{ id: "cusgroup_1" }] } }
    const products = await hydrate(container, ["prod_1"], ["id", "title"], prices)
    expect(products.get("prod_1")).toEqual({ id: "prod_1", title: "Cup" })
    expect(asked[0].context?.variants.calculated_price).toMatchObject(prices)
  })
})
