import type { RemoteQueryFunction } from "@medusajs/framework/types"
import { syncProducts, type SyncTarget } from "./sync-products"

type Filter = { id?: string[] | { $gt: string } }
interface Asked {
  entity: string
  filters?: Filter
  pagination?: { skip?: number; take: number }
}

const idOf = (n: number) => `prod_${String(n).padStart(4, "0")}`
const ids = (count: number) => Array.from({ length: count }, (_, n) => idOf(n))

/** A store of these products, which answers as Medusa does; `during` is told of each reading of products. */
function shop(products: Set<string>, known: string[], during: (reading: number) => void = () => undefined) {
  const asked: Filter[] = []
  const graph = async ({ entity, filters = {}, pagination }: Asked) => {
    if (entity !== "product") return { data: [] }
    asked.push(filters)
    const { id } = filters
    const rows = [...products]
      .sort()
      .filter((product) => !id || (Array.isArray(id) ? id.includes(product) : product > id.$gt))
      .slice(pagination?.skip ?? 0, (pagination?.skip ?? 0) + pagination!.take)
      .map((product) => ({ id: product, title: product, status: "published", created_at: 0, updated_at: 0 }))
    during(asked.length)
    return { data: rows }
  }
  const catalogue = new Set(known)
  const target: SyncTarget = {
    engine: { catalog: { all: () => [...catalogue].map((id) => ({ id })) } },
    syncProducts: async (list) => list.forEach(({ id }) => catalogue.add(id)),
    removeProducts: async (list) => list.forEach((id) => catalogue.delete(id)),
  }
  return { query: { graph } as unknown as RemoteQueryFunction, target, catalogue, asked }
}

describe("syncProducts", () => {
  it("reads every page, and removes what the store no longer has", async () => {
    const { query, target, catalogue } = shop(new Set(ids(450)), [...ids(3), "prod_old"])
    expect(await syncProducts(query, target)).toEqual({ upserted: 450, removed: 1 })
    expect([...catalogue].sort()).toEqual(ids(450))
  })

  it("passes over nobody when a product of an earlier page is deleted meanwhile", async () => {
    const products = new Set(ids(450))
    const all = shop(products, ids(450), (reading) => reading === 1 && products.delete(idOf(0)))
    await syncProducts(all.query, all.target)
    expect([...all.catalogue].sort()).toEqual(ids(450))
  })

  it("keeps a product that became known while the store was read", async () => {
    const { query, target, catalogue } = shop(new Set(ids(3)), ids(3), () => catalogue.add("prod_new"))
    expect(await syncProducts(query, target)).toEqual({ upserted: 3, removed: 0 })
    expect(catalogue).toContain("prod_new")
  })

  it("asks by id for what the scan did not show before it removes anything", async () => {
    const products = new Set(ids(3))
    const late = shop(products, [...ids(3), "prod_0000a", "prod_gone"], () => products.add("prod_0000a"))
    expect(await syncProducts(late.query, late.target)).toEqual({ upserted: 4, removed: 1 })
    expect(late.asked).toEqual([{}, { id: ["prod_0000a", "prod_gone"] }])
    expect(late.catalogue).toContain("prod_0000a")
    expect(late.catalogue).not.toContain("prod_gone")
  })

  it("touches only the products it was asked for", async () => {
    const { query, target, catalogue, asked } = shop(new Set(ids(3)), [...ids(2), "prod_gone", "prod_else"])
    expect(await syncProducts(query, target, { ids: [idOf(2), "prod_gone", "prod_gone"] })).toEqual({
      upserted: 1,
      removed: 1,
    })
    expect(asked).toEqual([{ id: [idOf(2), "prod_gone"] }])
    expect([...catalogue].sort()).toEqual([...ids(3), "prod_else"].sort())
  })
})
