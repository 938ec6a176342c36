import http from "node:http"
import type { AddressInfo } from "node:net"
import { PictureFetcher } from "./picture-fetcher"
import { isPrivateAddress } from "./private-networks"

describe("PictureFetcher", () => {
  let server: http.Server
  let host: string
  const asked: string[] = []

  beforeAll(async () => {
    server = http.createServer((request, response) => {
      asked.push(request.url!)
      if (request.url === "/picture") response.end(Buffer.from([1, 2, 3]))
      else if (request.url === "/moved") response.writeHead(302, { location: "/picture" }).end()
      else if (request.url === "/inside")
        response.writeHead(302, { location: `http://127.0.0.1:${port()}/picture` }).end()
      else if (request.url === "/round") response.writeHead(302, { location: "/round" }).end()
      else if (request.url === "/large") response.end(Buffer.alloc(200_000))
      else if (request.url === "/slow") setTimeout(() => response.end("x"), 5_000).unref()
      else response.writeHead(404).end()
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    host = `localhost:${port()}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => void (asked.length = 0))
  const port = () => (server.address() as AddressInfo).port
  const trusting = (more = {}) => new PictureFetcher({ allowedHosts: [host], ...more })

  it("fetches from an allowed host, and follows it when it moves", async () => {
    expect([...(await trusting().fetch(`http://${host}/picture`))]).toEqual([1, 2, 3])
    expect([...(await trusting().fetch(`http://${host}/moved`))]).toEqual([1, 2, 3])
  })

  it("does not ask hosts of private networks, by name, by address, or by way of a redirect", async () => {
    const fetcher = new PictureFetcher()
    for (const url of [
      `http://${host}/picture`,
      `http://127.0.0.1:${port()}/picture`,
      `http://2130706433:${port()}/picture`,
      `http://[::ffff:127.0.0.1]:${port()}/picture`,
    ]) {
      await expect(fetcher.fetch(url)).rejects.toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining("content.imageHosts"),
      })
    }
    expect(asked).toEqual([])
    await expect(trusting().fetch(`http://${host}/inside`)).rejects.toThrow("private network")
    expect(asked).toEqual(["/inside"])
  })

  it("asks by http and https only", async () => {
    for (const url of ["file:///etc/passwd", "ftp://example.com/x", "data:image/png,x", "not a url"])
      await expect(new PictureFetcher().fetch(url)).rejects.toMatchObject({ code: "invalid_input" })
  })

  it("gives up on what is too large, too slow, missing, or turns in circles", async () => {
    const fetch = (path: string, more = {}) => trusting(more).fetch(`http://${host}${path}`)
    await expect(fetch("/large", { maxBytes: 100_000 })).rejects.toThrow("more than 100000 bytes")
    await expect(fetch("/slow", { timeoutMs: 50 })).rejects.toThrow("no answer within 50 ms")
    await expect(fetch("/gone")).rejects.toThrow("status 404")
    await expect(fetch("/round")).rejects.toThrow("redirects")
  })
})

describe("isPrivateAddress", () => {
  it("knows the networks behind a machine from the internet", () => {
    const inside = [
      "10.1.2.3",
      "172.31.0.1",
      "192.168.1.1",
      "169.254.169.254",
      "100.64.0.1",
      "0.0.0.0",
      "::1",
      "::",
    ]
    inside.push("fd00::1", "fe80::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "no address")
    for (const address of inside) expect([address, isPrivateAddress(address)]).toEqual([address, true])
    for (const address of ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111"])
      expect([address, isPrivateAddress(address)]).toEqual([address, false])
  })
})
