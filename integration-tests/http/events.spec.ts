import {
  api,
  describeStore,
  event,
  GRANTED,
  headers,
  newShopper,
  products,
  publishableKey,
  send,
} from "./demo-store"

describeStore("events over HTTP", () => {
  let productId: string
  beforeAll(async () => {
    productId = (await products(1))[0].id
  })

  it("takes the good events of a batch and says what is wrong with the others", async () => {
    const bad = { ...event("view_item", []), ts: "yesterday" }
    const { status, body } = await send([event("view_item", [productId]), bad], newShopper())
    expect(status).toBe(202)
    expect(body.accepted).toBe(1)
    expect(body.rejected).toHaveLength(1)
    expect(body.rejected[0]).toMatchObject({ index: 1, event_id: bad.event_id, code: "invalid_event" })
    expect(body.rejected[0].message).toContain("ts")
  })

  it("takes a batch twice without harm", async () => {
    const shopper = newShopper()
    const events = [
      event("view_item", [productId]),
      event("dwell", [productId], { properties: { ms: 1200 } }),
    ]
    expect((await send(events, shopper)).body.accepted).toBe(2)
    expect((await send(events, shopper)).body).toMatchObject({ accepted: 2, rejected: [] })
  })

  it("refuses a purchase that a browser claims", async () => {
    const { body } = await send([event("purchase", [productId])], newShopper())
    expect(body.accepted).toBe(0)
    expect(body.rejected[0].code).toBe("origin_not_allowed")
  })

  it("stores nothing without consent to analytics", async () => {
    const shopper = newShopper()
    const { body } = await api()
      .post("/store/personalization/events")
      .set(await headers(shopper, ""))
      .send({ events: [event("view_item", [productId])] })
      .expect(202)
    expect(body).toMatchObject({ accepted: 0, rejected: [{ code: "no_consent" }] })
  })

  it("names the field of a malformed envelope", async () => {
    const { status, body } = await api()
      .post("/store/personalization/events")
      .set(await headers())
      .send({ events: "all" })
    expect(status).toBe(400)
    expect(body.message).toContain("events")
  })

  it("refuses a body over 256 kB with 413", async () => {
    const { status } = await api()
      .post("/store/personalization/events")
      .set(await headers())
      .send({ events: [{ type: "search", properties: { query: "x".repeat(300_000) } }] })
    expect(status).toBe(413)
  })

  it("takes a beacon with the key in the query", async () => {
    const shopper = newShopper()
    const body = JSON.stringify({
      events: [
        event("view_item", [productId], {
          visitor_id: shopper.visitorId,
          session_id: shopper.sessionId,
          consent: GRANTED,
        }),
      ],
    })
    const path = `/personalization/collect?pk=${await publishableKey()}`
    const answer = await api().post(path).set("content-type", "text/plain").send(body)
    expect(answer.status).toBe(202)
    expect(answer.body.accepted).toBe(1)
    const refused = await api()
      .post("/personalization/collect?pk=wrong")
      .set("content-type", "text/plain")
      .send(body)
    expect(refused.status).toBe(400)
    expect(refused.body.message).toContain("pk")
  })

  it("needs a publishable key", async () => {
    expect((await api().post("/store/personalization/events").send({ events: [] })).status).toBe(400)
  })
})
