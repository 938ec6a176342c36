import { admin, api, describeStore, eventually, headers, products, recommend } from "./demo-store"

const BASE = "/admin/personalization"
/** No other test asks from here, so that these rules are in nobody's way. */
const COUNTRY = "ZW"
const PLACEMENT = "new-arrivals"
const WHEN = { countries: [COUNTRY] }

interface Told {
  did: string
}

describeStore("rules, through the admin's API and the store's", () => {
  let who: { Authorization: string }
  let rows: Awaited<ReturnType<typeof products>>
  const made: string[] = []

  beforeAll(async () => {
    who = await admin()
    rows = await products(200)
  })
  afterEach(async () => {
    for (const id of made.splice(0)) await api().delete(`${BASE}/rules/${id}`).set(who)
  })

  const shown = async (): Promise<string[]> => {
    const { body } = await recommend({ placement: PLACEMENT, country_code: COUNTRY, limit: 6 })
    return body.items.map((item: { product_id: string }) => item.product_id)
  }
  const keep = async (action: object, what: object, rest: object = {}) => {
    const input = { name: "test", action, what, when: WHEN, ...rest }
    const { status, body } = await api().post(`${BASE}/rules`).set(who).send(input)
    expect(status).toBe(201)
    made.push(body.rule.id)
    return body.rule
  }
  const preview = async (asked: object) => {
    const { status, body } = await api().post(`${BASE}/preview`).set(who).send(asked)
    expect(status).toBe(200)
    return body
  }

  it.each(["rules", "rules/conflicts", "placements"])("refuses %s to a stranger", async (route) => {
    expect((await api().get(`${BASE}/${route}`)).status).toBe(401)
  })
  it.each(["preview", "what-if", "rules"])("takes no %s from a stranger", async (route) => {
    expect((await api().post(`${BASE}/${route}`).send({})).status).toBe(401)
  })

  it("hides, also from a listing", async () => {
    const [first, second] = await shown()
    await keep({ type: "hide" }, { products: [first] })
    expect(await shown()).not.toContain(first)
    const { body } = await api()
      .post("/store/personalization/rank")
      .set(await headers())
      .send({ product_ids: [first, second], country_code: COUNTRY })
    expect(body.items.map((item: { product_id: string }) => item.product_id)).toEqual([second])
  })

  it("filters", async () => {
    const list = await shown()
    await keep({ type: "filter" }, { products: list.slice(2, 4) })
    expect((await shown()).sort()).toEqual(list.slice(2, 4).sort())
  })

  it("pins, and tells the shopper so", async () => {
    const list = await shown()
    const other = rows.find(({ id }) => !list.includes(id))!.id
    await keep({ type: "pin", slots: [2] }, { products: [other] })
    const { body } = await recommend({ placement: PLACEMENT, country_code: COUNTRY, limit: 6 })
    expect(body.items[1]).toMatchObject({ product_id: other, reason: { code: "featured" } })
    expect(body.items[0].product_id).toBe(list[0])
  })

  it("boosts and buries", async () => {
    const list = await shown()
    await keep({ type: "boost", factor: 100 }, { products: [list[3]] })
    await keep({ type: "bury", factor: 0 }, { products: [list[0]] })
    const after = await shown()
    expect(after[0]).toBe(list[3])
    expect(after).not.toContain(list[0])
  })

  it("caps", async () => {
    await keep({ type: "cap", by: "category", most: 1 }, {})
    const kinds = (await shown()).map((id) => rows.find((row) => row.id === id)?.categories.at(-1)?.id)
    const known = kinds.filter((kind) => kind !== undefined)
    expect(new Set(known).size).toBe(known.length)
  })

  it("weighs stock", async () => {
    const before = await preview({ placement: PLACEMENT, limit: 6, context: { country: COUNTRY } })
    expect(before.rules).toEqual([])
    await keep({ type: "weight", margin: 0, stockCover: 1 }, {})
    const after = await preview({ placement: PLACEMENT, limit: 6, context: { country: COUNTRY } })
    expect(after.rules).toMatchObject([{ type: "weight" }])
    const rescored = after.candidates.filter(({ rules }: { rules: Told[] }) =>
      rules.some(({ did }) => did === "rescored")
    )
    expect(rescored.length).toBeGreaterThan(0)
    expect(await shown()).toHaveLength(6)
  })

  it("never surfaces an unpublished product, nor one of another channel", async () => {
    const id = rows[0].id
    const own = await api().get(`/admin/products/${id}?fields=*sales_channels`).set(who).expect(200)
    const channels = own.body.product.sales_channels.map((channel: { id: string }) => channel.id)
    const channel = await api().post("/admin/sales-channels").set(who).send({ name: "Elsewhere" }).expect(200)
    const elsewhere = channel.body.sales_channel.id
    const create = async (status: string, channelIds: string[]) => {
      const { body } = await api()
        .post("/admin/products")
        .set(who)
        .send({
          title: `Not to be seen, ${status}`,
          status,
          options: [{ title: "Size", values: ["One"] }],
          variants: [
            {
              title: "One",
              options: { Size: "One" },
              manage_inventory: false,
              prices: [{ amount: 1, currency_code: "eur" }],
            },
          ],
          sales_channels: channelIds.map((one) => ({ id: one })),
        })
        .expect(200)
      return body.product.id as string
    }
    const hidden = [await create("draft", channels), await create("published", [elsewhere])]
    try {
      await keep({ type: "pin", slots: [1, 2] }, { products: hidden }, { priority: 1_000 })
      const asked = {
        placement: PLACEMENT,
        limit: 6,
        sales_channel_ids: channels,
        context: { country: COUNTRY },
      }
      const told = await eventually(
        async () => (await preview(asked)).candidates,
        (all) => hidden.every((one) => all.some((row: { product_id: string }) => row.product_id === one))
      )
      for (const one of hidden) {
        const row = told.find(({ product_id }: { product_id: string }) => product_id === one)
        expect(row).toMatchObject({ slot: null, rules: [{ did: "not_pinned" }] })
      }
      const list = await shown()
      expect(list).toHaveLength(6)
      for (const one of hidden) expect(list).not.toContain(one)
    } finally {
      for (const one of hidden) await api().delete(`/admin/products/${one}`).set(who)
      await api().delete(`/admin/sales-channels/${elsewhere}`).set(who)
    }
  })

  it("changes, reads and removes a rule, and names what is wrong in one", async () => {
    const rule = await keep({ type: "hide" }, { products: [rows[0].id] })
    const path = `${BASE}/rules/${rule.id}`
    const { id: _, ...input } = rule
    const changed = await api()
      .post(path)
      .set(who)
      .send({ ...input, priority: 7 })
    expect([changed.status, changed.body.rule.priority]).toEqual([200, 7])
    expect((await api().get(path).set(who)).body.rule).toMatchObject({ id: rule.id, priority: 7 })
    const { body } = await api().get(`${BASE}/rules`).set(who)
    expect(body.rules.map((one: { id: string }) => one.id)).toContain(rule.id)
    expect((await api().delete(path).set(who)).body).toEqual({ id: rule.id, deleted: true })
    expect((await api().delete(path).set(who)).status).toBe(404)
    const wrong = await api()
      .post(`${BASE}/rules`)
      .set(who)
      .send({ name: "wrong", action: { type: "boost", factor: 0.5 }, what: {} })
    expect(wrong.status).toBe(400)
    expect(wrong.body.fields.map((field: { path: string }) => field.path)).toContain("action.factor")
  })

  it("reports rules that disagree", async () => {
    const what = { products: [rows[0].id] }
    const hide = await keep({ type: "hide" }, what)
    const pin = await keep({ type: "pin", slots: [1] }, what)
    const { body } = await api().get(`${BASE}/rules/conflicts`).set(who)
    const found = body.conflicts.find(({ rules }: { rules: string[] }) => rules.includes(hide.id))
    expect(found).toMatchObject({ kind: "pin_kept_out", products: what.products })
    expect(found.rules).toContain(pin.id)
  })

  it("says what a draft would change, without keeping it", async () => {
    const list = await shown()
    const draft = { rules: [{ name: "draft", action: { type: "hide" }, what: { products: [list[0]] } }] }
    const { status, body } = await api()
      .post(`${BASE}/what-if`)
      .set(who)
      .send({ draft, placement: PLACEMENT, requests: 20 })
    expect(status).toBe(200)
    expect(body.requests).toBeGreaterThanOrEqual(0)
    expect(body.gained.map(({ product_id }: { product_id: string }) => product_id)).not.toContain(list[0])
    expect(body.estimate.length).toBeGreaterThan(0)
    expect(await shown()).toEqual(list)
  })

  it("changes a placement and goes back to the shipped one", async () => {
    const all = (await api().get(`${BASE}/placements`).set(who)).body.placements
    const { origin: _, ...placement } = all.find(({ name }: { name: string }) => name === PLACEMENT)
    const path = `${BASE}/placements/test-rules`
    const put = await api()
      .post(path)
      .set(who)
      .send({ ...placement, limit: 3 })
    expect(put.body.placement).toMatchObject({ name: "test-rules", origin: "own", limit: 3 })
    expect((await recommend({ placement: "test-rules" })).body.items).toHaveLength(3)
    expect((await api().delete(path).set(who)).body).toMatchObject({ deleted: true, placement: null })
    expect((await recommend({ placement: "test-rules" })).status).toBe(400)
  })
})
