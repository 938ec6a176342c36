import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { JsonLocalEvents } from "."

describe("JsonLocalEvents", () => {
  let server: Server
  let body: unknown
  let asked: { url?: string; authorization?: string }
  const events = () => {
    const { port } = server.address() as AddressInfo
    const feed = new JsonLocalEvents(`http://127.0.0.1:${port}/on?lang=en`, "secret")
    return feed.events({ latitude: 48.9, longitude: 2.4 }, AbortSignal.timeout(5_000))
  }

  beforeAll(async () => {
    server = createServer(({ url, headers }, response) => {
      asked = { url, authorization: headers.authorization }
      response.end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it("asks for a place and reads what is on there", async () => {
    const times = { starts_at: "2026-10-28T20:00:00+01:00", ends_at: "2026-10-28T22:00:00+01:00" }
    body = { events: [{ name: "Final", kind: "football", ...times, more: 1 }] }
    expect(await events()).toEqual([
      {
        name: "Final",
        kind: "football",
        startsAt: Date.UTC(2026, 9, 28, 19),
        endsAt: Date.UTC(2026, 9, 28, 21),
      },
    ])
    expect(asked).toEqual({ url: "/on?lang=en&latitude=48.9&longitude=2.4", authorization: "Bearer secret" })
  })

  it("throws at an answer of another shape", async () => {
    body = { events: [{ name: "Final" }] }
    await expect(events()).rejects.toThrow("kind")
  })
})
