import type { RemoteQueryFunction } from "@medusajs/framework/types"
import { syncProducts, type SyncTarget } from "./sync-products"
import type { StoreDatabase } from "./store-fingerprints"

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
  const written: string[] = []
  const kept = new Map<string, string>()
  const catalog: SyncTarget["engine"]["catalog"] = {
    all: () => [...catalogue].map((id) => ({ id })),
    fingerprints: async (list) => new Map([...kept].filter(([id]) => catalogue.has(id) && list.includes(id))),
    keepFingerprints: async (fingerprints) =>
      fingerprints.forEach((fingerprint, id) => catalogue.has(id) && kept.set(id, fingerprint)),
  }
  const target: SyncTarget = {
    engine: { catalog },
    syncProducts: async (list) => {
      for (const { id } of list) catalogue.add(id)
      written.push(...list.map(({ id }) => id))
    },
    removeProducts: async (list) => list.forEach((id) => catalogue.delete(id)),
  }
  /** Takes what was written since the last time. */
  const news = () => written.splice(0)
  return { query: { graph } as unknown as RemoteQueryFunction, target, catalogue, asked, news }
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

describe("syncProducts with the store's database", () => {
  /** The store's tables: what products are made of, two to a page. */
  const tables = (rows: Map<string, string>): StoreDatabase => ({
    raw: async (_, [after]) => ({
      rows: [...rows]
        .sort()
        .filter(([id]) => id > (after as string))
        .slice(0, 2)
        .map(([id, fingerprint]) => ({ id, fingerprint })),
    }),
  })

  it("reads all products once, and then those that have changed", async () => {
    const products = new Set(ids(5))
    const rows = new Map(ids(5).map((id) => [id, "1"]))
    const { query, target, catalogue, news } = shop(products, [])
    const sync = () => syncProducts(query, target, { database: tables(rows) })
    expect(await sync()).toEqual({ upserted: 5, removed: 0 })
    expect(news()).toEqual(ids(5))
    expect(await sync()).toEqual({ upserted: 0, removed: 0 })
    rows.set(idOf(1), "2").set(idOf(4), "2").set(idOf(5), "1")
    products.add(idOf(5))
    products.delete(idOf(0))
    rows.delete(idOf(0))
    expect(await sync()).toEqual({ upserted: 3, removed: 1 })
    expect(news()).toEqual([idOf(1), idOf(4), idOf(5)])
    expect([...catalogue].sort()).toEqual(ids(6).slice(1))
    expect(await sync()).toEqual({ upserted: 0, removed: 0 })
  })

  it("removes a product that went while the changed ones were read", async () => {
    const products = new Set(ids(2))
    const rows = new Map(ids(3).map((id) => [id, "1"]))
    const { query, target, catalogue } = shop(products, ids(3))
    expect(await syncProducts(query, target, { database: tables(rows) })).toEqual({ upserted: 2, removed: 1 })
    expect([...catalogue].sort()).toEqual(ids(2))
  })

  it("reads all where the tables can't be asked, and says so", async () => {
    const { query, target, news } = shop(new Set(ids(3)), ids(3))
    const database = { raw: () => Promise.reject(new Error('relation "price" does not exist')) }
    const warnings: string[] = []
    const options = { database, warn: (message: string) => warnings.push(message) }
    expect(await syncProducts(query, target, options)).toEqual({ upserted: 3, removed: 0 })
    expect(news()).toEqual(ids(3))
    expect(warnings).toEqual([expect.stringContaining('relation "price" does not exist')])
  })

  it("does not take another failure for that, and keeps no fingerprint of what was not written", async () => {
    const { query, target, news } = shop(new Set(ids(1)), [])
    const database = tables(new Map([[idOf(0), "1"]]))
    const { syncProducts: write } = target
    let writings = 0
    target.syncProducts = (list) =>
      ++writings === 1 ? Promise.reject(new Error("the catalogue is away")) : write(list)
    await expect(syncProducts(query, target, { database })).rejects.toThrow("the catalogue is away")
    expect(writings).toBe(1)
    await syncProducts(query, target, { database })
    expect(news()).toEqual(ids(1))
  })
})
