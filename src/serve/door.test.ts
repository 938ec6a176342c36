import { Agent, request, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { noMetrics } from "../services/lib"
import { door } from "./door"

const stops: (() => unknown)[] = []
afterEach(() => stops.splice(0).forEach((stop) => stop()))

async function setUp(handler: RequestListener, maxInFlight = 1) {
  const counted: string[] = []
  const metrics = {
    ...noMetrics,
    count: (name: string, labels: object = {}) => void counted.push(`${name} ${JSON.stringify(labels)}`),
  }
  const corsOrigins = ["https://shop.example"]
  const server = door(handler, { maxInFlight, listWaitMs: 10_000, corsOrigins, metrics })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  stops.push(
    () => server.closeAllConnections(),
    () => server.close(),
    () => agent.destroy()
  )
  const { port } = server.address() as AddressInfo
  const call = (
    path: string,
    { body = "", ...options }: { body?: string; method?: string; headers?: object; agent?: Agent } = {}
  ) =>
    new Promise<{ status?: number; headers: IncomingMessage["headers"]; text: string }>((resolve, reject) => {
      const asked = { port, path, ...options, headers: { ...options.headers } }
      request(asked, (response) => {
        let text = ""
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk))
        response.once("end", () => resolve({ status: response.statusCode, headers: response.headers, text }))
      })
        .once("error", reject)
        .end(body)
    })
  return { server, port, agent, call, counted }
}

/** Answers nobody but health until it is told to. */
function holding() {
  const held: ServerResponse[] = []
  const handler: RequestListener = ({ url, method }, response) => {
    if (method === "OPTIONS" || /health|metrics/.test(url!)) response.end("fine")
    else held.push(response)
  }
  return { held, handler }
}

const until = async (met: () => boolean) => {
  while (!met()) await new Promise((done) => setImmediate(done))
}

describe("door", () => {
  it("refuses what is too much, and lets in again when an answer is out", async () => {
    const { held, handler } = holding()
    const { call, counted } = await setUp(handler)
    const first = call("/list")
    await until(() => held.length === 1)
    const refused = await call("/list")
    expect(refused).toMatchObject({ status: 429, headers: { "retry-after": "1" } })
    expect(JSON.parse(refused.text)).toEqual({
      type: "too_many_requests",
      message: "Too many requests at a time; try again in a moment.",
    })
    expect(counted).toEqual(['requests_refused_total {"kind":"list","reason":"in_flight"}'])
    held[0].end("a list")
    expect(await first).toMatchObject({ status: 200, text: "a list" })
    const next = call("/list")
    await until(() => held.length === 2)
    held[1].end()
    expect((await next).status).toBe(200)
  })

  it("always answers those who watch over it, and browsers that ask whether they may call", async () => {
    const { held, handler } = holding()
    const { call } = await setUp(handler)
    for (const path of ["/list", "/personalization/collect?pk=1"]) void call(path).catch(() => undefined)
    await until(() => held.length === 2)
    for (const path of ["/personalization/health/live", "/personalization/metrics"])
      expect((await call(path)).status).toBe(200)
    expect((await call("/list", { method: "OPTIONS" })).status).toBe(200)
    expect((await call("/personalization/collect?pk=2", { method: "POST" })).status).toBe(429)
  })

  it("tells storefronts on their own origin that they were refused, and no others", async () => {
    const { held, handler } = holding()
    const { call } = await setUp(handler)
    void call("/list").catch(() => undefined)
    await until(() => held.length === 1)
    const from = async (origin: string) => (await call("/list", { headers: { origin } })).headers
    expect(await from("https://shop.example")).toMatchObject({
      "access-control-allow-origin": "https://shop.example",
      "access-control-expose-headers": "Retry-After",
      vary: "Origin",
    })
    const other = await from("https://evil.example")
    expect(other["access-control-allow-origin"]).toBeUndefined()
    expect(other.vary).toBe("Origin")
  })

  it("leaves a refused body unread and the connection open", async () => {
    const { held, handler } = holding()
    const { server, call, agent } = await setUp(handler)
    void call("/store/personalization/events").catch(() => undefined)
    await until(() => held.length === 1)
    let connections = 0
    server.on("connection", () => connections++)
    for (let i = 0; i < 3; i++) {
      const big = { method: "POST", body: "x".repeat(300_000), agent }
      expect((await call("/store/personalization/events", big)).status).toBe(429)
    }
    expect((await call("/personalization/health/live", { agent })).status).toBe(200)
    expect(connections).toBe(1)
  })

  it("does no work for those who have left while they waited", async () => {
    const asked: string[] = []
    const { server, port } = await setUp(({ url }) => void asked.push(url!))
    let left = 0
    server.prependListener("request", (_request: IncomingMessage, response: ServerResponse) => {
      response.destroy()
      left++
    })
    request({ port, path: "/list" })
      .on("error", () => undefined)
      .end()
    await until(() => left === 1)
    await new Promise((done) => setImmediate(done))
    expect(asked).toEqual([])
  })
})
