import {
  describeStore,
  event,
  eventually,
  headers,
  api,
  newShopper,
  products,
  recommend,
  send,
} from "./demo-store"

const PLACEMENTS = ["home-for-you", "pdp-similar", "pdp-bought-together", "recently-viewed", "trending"]

describeStore("recommendations over HTTP", () => {
  let rows: Awaited<ReturnType<typeof products>>
  beforeAll(async () => {
    rows = await products(200)
  })
  const categoryOf = (id: string) => rows.find((row) => row.id === id)?.categories[0]?.id

  it.each(PLACEMENTS.filter((name) => name !== "recently-viewed"))(
    "answers %s for a stranger",
    async (placement) => {
      const { status, body } = await recommend({ placement, product_id: rows[0].id })
      expect(status).toBe(200)
      expect(body.items.length).toBeGreaterThan(0)
      expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/)
      for (const item of body.items) {
        expect(item.product.id).toBe(item.product_id)
        expect(item.reason.text.length).toBeGreaterThan(0)
        expect(Number.isFinite(item.score)).toBe(true)
      }
      expect(new Set(body.items.map((item: { product_id: string }) => item.product_id)).size).toBe(
        body.items.length
      )
    }
  )

  it("follows three views of one category by the next request", async () => {
    const shopper = newShopper()
    const category = rows[0].categories[0].id
    const viewed = rows.filter((row) => row.categories[0]?.id === category).slice(0, 3)
    const inCategory = (list: { product_id: string }[]) =>
      list.filter((item) => categoryOf(item.product_id) === category).length
    const before = (await recommend({ placement: "home-for-you", limit: 8 }, shopper)).body.items
    for (const { id } of viewed) await send([event("view_item", [id])], shopper)
    const after = await eventually(
      async () => (await recommend({ placement: "home-for-you", limit: 8 }, shopper)).body.items,
      (items) => inCategory(items) > inCategory(before)
    )
    expect(inCategory(after)).toBeGreaterThan(inCategory(before))
    const recent = (await recommend({ placement: "recently-viewed" }, shopper)).body.items
    expect(recent.map((item: { product_id: string }) => item.product_id).sort()).toEqual(
      viewed.map(({ id }) => id).sort()
    )
  })

  it("keeps no profile without consent to personalization", async () => {
    const shopper = newShopper()
    await api()
      .post("/store/personalization/events")
      .set(await headers(shopper, "analytics"))
      .send({ events: [event("view_item", [rows[3].id])] })
      .expect(202)
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { body } = await recommend({ placement: "recently-viewed" }, shopper)
    const ids = body.items.map((item: { product_id: string; reason: { code: string } }) => item.reason.code)
    expect(ids).not.toContain("recently_viewed")
  })

  it("prices products for a region", async () => {
    const { body: regions } = await api()
      .get("/store/regions")
      .set(await headers())
      .expect(200)
    const { body } = await recommend({ placement: "trending", region_id: regions.regions[0].id })
    for (const { product } of body.items) {
      expect(product.variants[0].calculated_price.calculated_amount).toBeGreaterThan(0)
    }
  })

  it("shows no product twice on one page", async () => {
    const { status, body } = await api()
      .post("/store/personalization/recommendations")
      .set(await headers(newShopper()))
      .send({ placements: [{ placement: "home-for-you" }, { placement: "trending" }] })
    expect(status).toBe(200)
    const ids = body.recommendations.flatMap((list: { items: { product_id: string }[] }) =>
      list.items.map((item) => item.product_id)
    )
    expect(body.recommendations).toHaveLength(2)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it.each([
    [{ placement: "nowhere" }, "placement"],
    [{ placement: "home-for-you", limit: 0 }, "limit"],
    [{ placement: "home-for-you", limit: "many" }, "limit"],
    [{ placement: "pdp-similar" }, "product_id"],
    [{ placement: "cart-complete" }, "cart_id"],
    [{ placement: "cart-complete", cart_id: "cart_none" }, "cart_id"],
    [{ placement: "trending", region_id: "reg_none" }, "region_id"],
    [{ placement: "trending", fields: "sales_channels.name" }, "fields"],
    [{ placement: "trending", colour: "red" }, "colour"],
  ])("answers %j with 400 and names %s", async (query, field) => {
    const { status, body } = await recommend(query as Record<string, string>)
    expect(status).toBe(400)
    expect(body.message).toContain(field)
  })

  it("has a sensible list for a product it does not know", async () => {
    const { status, body } = await recommend({ placement: "pdp-similar", product_id: "prod_unknown" })
    expect(status).toBe(200)
    expect(body.items.length).toBeGreaterThan(0)
  })
})
