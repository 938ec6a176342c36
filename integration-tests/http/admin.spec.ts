import { admin, api, describeStore, event, eventually, newShopper, products, send } from "./demo-store"

const ROUTES = ["overview", "models", "training", "audits"]

describeStore("the admin's routes", () => {
  it.each(ROUTES)("refuses %s to a stranger", async (route) => {
    expect((await api().get(`/admin/personalization/${route}`)).status).toBe(401)
  })

  it("shows the overview", async () => {
    const [{ id }] = await products(1)
    expect((await send([event("view_item", [id])], newShopper())).status).toBe(202)
    const { body } = await api()
      .get("/admin/personalization/overview")
      .set(await admin())
      .expect(200)
    const done = Object.fromEntries(
      body.checklist.map((item: { key: string; ok: boolean }) => [item.key, item.ok])
    )
    expect(done).toMatchObject({ catalog: true, events: true, model: true, index: true })
    expect(body.events.last_24h).toBeGreaterThan(0)
    expect(body.live.status).toBe("live")
    expect(body.live.metrics.popularity).toBeDefined()
    expect(body.index.size).toBeGreaterThanOrEqual(300)
  })

  it("says what a product is recommended with", async () => {
    const [{ id }] = await products(1)
    const path = `/admin/personalization/products/${id}/recommended-with?limit=3`
    const { body } = await api()
      .get(path)
      .set(await admin())
      .expect(200)
    expect(body.items).toHaveLength(3)
    expect(body.items[0].title.length).toBeGreaterThan(0)
    const unknown = await api()
      .get("/admin/personalization/products/prod_none/recommended-with")
      .set(await admin())
    expect(unknown.status).toBe(404)
  })

  it("trains on demand, one run at a time, and rolls back to the version before", async () => {
    const who = await admin()
    const before = (await api().get("/admin/personalization/models").set(who)).body.live.version
    const { body } = await api().post("/admin/personalization/training").set(who).expect(202)
    expect((await api().post("/admin/personalization/training").set(who)).status).toBe(409)
    const runs = await eventually(
      async () => (await api().get("/admin/personalization/training").set(who)).body.runs,
      (list) => list[0].id === body.run.id && list[0].status !== "running",
      120_000
    )
    expect(runs[0]).toMatchObject({ status: "succeeded", progress: 1 })
    // It has seen hardly more than the live one, so that it need not be clearly better, and would stay a candidate.
    for (const version of [runs[0].version, before]) {
      const rolled = await api().post("/admin/personalization/models/rollback").set(who).send({ version })
      expect(rolled.status).toBe(200)
      expect(rolled.body.live.version).toBe(version)
    }
    const missing = await api()
      .post("/admin/personalization/models/rollback")
      .set(who)
      .send({ version: "none" })
    expect(missing.status).toBe(404)
  }, 150_000)
})
