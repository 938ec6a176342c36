import { createClient } from "./client"
import { answer } from "./testing"

it("works where there is no window, and is nobody there", async () => {
  const fetch = jest.fn(() => Promise.resolve(answer(200, { request_id: "r1", items: [] })))
  const client = createClient({ baseUrl: "http://shop.test", publishableKey: "pk_1", consent: true, fetch })
  client.track.view_item({ items: [{ product_id: "p1" }] })
  await client.flush()
  expect(fetch).not.toHaveBeenCalled()
  expect(client.visitorId).toBeUndefined()
  await expect(client.recommendations("trending")).resolves.toMatchObject({ request_id: "r1" })
})
