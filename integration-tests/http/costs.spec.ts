import { admin, api, describeStore, eventually } from "./demo-store"

/** Title of the price list that the store takes costs from: its option `ranking.costPriceList`. */
const title = process.env.PERSONALIZATION_STORE_COST_LIST

if (!title && process.env.PERSONALIZATION_STORE_URL)
  console.warn(
    'costs.spec.ts skipped: start the demo with PERSONALIZATION_OPTIONS=\'{"ranking":{"costPriceList":"Test costs"}}\' and set PERSONALIZATION_STORE_COST_LIST=\'Test costs\''
  )
if (!title && process.env.CI) throw new Error("PERSONALIZATION_STORE_COST_LIST is not set: CI needs it.")

interface Made {
  id: string
  variants: { id: string }[]
}

/** A store that takes no costs from a list proves nothing here. */
const describeCosts = title ? describeStore : describe.skip

describeCosts("costs in a price list", () => {
  let who: { Authorization: string }
  const made: Made[] = []
  let listId: string | undefined

  const product = async (name: string): Promise<Made> => {
    const variant = {
      title: "One",
      options: { Size: "One" },
      manage_inventory: false,
      prices: [{ amount: 20, currency_code: "eur" }],
    }
    const options = [{ title: "Size", values: ["One"] }]
    // In no channel, so that it is in nobody's way.
    const input = { title: name, status: "published", options, variants: [variant] }
    const { body } = await api().post("/admin/products").set(who).send(input).expect(200)
    made.push(body.product)
    return body.product
  }

  /** The two products, the one that earns most first. */
  const byMargin = async (): Promise<string[]> => {
    const rules = [
      { name: "these two", action: { type: "filter" }, what: { products: made.map(({ id }) => id) } },
      { name: "profit alone", action: { type: "weight", margin: 1 } },
    ]
    const { body } = await api()
      .post("/admin/personalization/preview")
      .set(who)
      .send({ placement: "new-arrivals", limit: 2, draft: { rules } })
      .expect(200)
    return body.items.map((item: { product_id: string }) => item.product_id)
  }

  const change = (body: object) =>
    api().post(`/admin/price-lists/${listId}/prices/batch`).set(who).send(body).expect(200)

  const priceOf = ({ variants: [{ id }] }: Made, amount: number) => ({
    variant_id: id,
    currency_code: "eur",
    amount,
  })

  beforeAll(async () => {
    who = await admin()
  })
  afterAll(async () => {
    if (listId) await api().delete(`/admin/price-lists/${listId}`).set(who)
    for (const { id } of made) await api().delete(`/admin/products/${id}`).set(who)
  })

  it("decide which product earns most, and so does each change of them, while the list is a draft", async () => {
    const [dear, cheap] = [await product("Dear to buy"), await product("Cheap to buy")]
    const { body } = await api()
      .post("/admin/price-lists")
      .set(who)
      .send({
        title,
        description: "What we pay",
        status: "draft",
        prices: [priceOf(dear, 15), priceOf(cheap, 5)],
      })
      .expect(200)
    listId = body.price_list.id
    const first = (id: string) => (ids: string[]) => ids.length === 2 && ids[0] === id
    expect(await eventually(byMargin, first(cheap.id))).toEqual([cheap.id, dear.id])

    const { body: kept } = await api()
      .get(`/admin/price-lists/${listId}/prices?fields=id,*price_set.variant`)
      .set(who)
      .expect(200)
    const row = kept.prices.find(({ price_set }: { price_set: { variant: { id: string } } }) => {
      return price_set.variant.id === dear.variants[0].id
    })
    await change({ update: [{ id: row.id, ...priceOf(dear, 1) }] })
    expect(await eventually(byMargin, first(dear.id))).toEqual([dear.id, cheap.id])

    await change({ delete: [row.id] })
    await change({ create: [priceOf(dear, 18)] })
    expect(await eventually(byMargin, first(cheap.id))).toEqual([cheap.id, dear.id])
  })
})
