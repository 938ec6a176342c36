import { Agent, request } from "node:http"
import { resolveOptions } from "../modules/personalization/options"
import { fakeParts, silentPino } from "./__tests__/shop"
import { serve } from "./serve"

const settings = {
  databaseUrl: "postgres://nobody@127.0.0.1:1/none",
  options: resolveOptions({}),
  host: "127.0.0.1",
  port: 0,
  maxInFlight: 100,
  drainSeconds: 30,
  logLevel: "silent",
}
const TRENDING = "/store/personalization/recommendations?placement=trending"
const READY = "/personalization/health/ready"

/** Calls over connections that are kept alive, as a proxy does. */
function client(url: string) {
  const agent = new Agent({ keepAlive: true })
  const get = (path: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { "x-publishable-api-key": "pk_web" }
      const call = request(url + path, { agent, headers }, (response) => {
        response.resume()
        response.once("end", () => resolve(response.statusCode ?? 0))
      })
      call.once("error", reject)
      call.end()
    })
  const started = async () => {
    while ((await get("/personalization/health/startup")) !== 200)
      await new Promise((go) => setTimeout(go, 5))
  }
  return { get, started, end: () => agent.destroy() }
}

describe("serve", () => {
  it("says 503 until lists can be made", async () => {
    const parts = await fakeParts()
    let begin: () => void = () => undefined
    const { engine } = parts.desk.service
    const start = engine.start.bind(engine)
    jest.spyOn(engine, "start").mockImplementation(() => new Promise<void>((go) => (begin = go)).then(start))
    const serving = await serve(settings, silentPino, parts)
    const { get, started, end } = client(serving.url)
    for (const probe of ["startup", "ready"]) expect(await get(`/personalization/health/${probe}`)).toBe(503)
    expect(await get("/personalization/health/live")).toBe(200)
    begin()
    await started()
    expect(await get(READY)).toBe(200)
    expect(await serving.stop()).toBe(true)
    end()
  })

  it("answers whom it has never heard of although the database has just gone away", async () => {
    const parts = await fakeParts()
    const serving = await serve(settings, silentPino, parts)
    const { get, started, end } = client(serving.url)
    await started()
    parts.reader.away = true
    expect(await get(TRENDING)).toBe(200)
    expect(await serving.stop()).toBe(true)
    end()
  })

  it("ends although the database was never there", async () => {
    const parts = await fakeParts()
    parts.reader.away = true
    const serving = await serve(settings, silentPino, parts)
    const { get, end } = client(serving.url)
    expect(await get(READY)).toBe(503)
    expect(await serving.stop()).toBe(true)
    expect(parts.desk.service.started).toBe(false)
    end()
  })

  it("finishes what is under way, takes nothing new, and ends in spite of connections kept alive", async () => {
    const parts = await fakeParts()
    const serving = await serve(settings, silentPino, parts)
    const { get, started, end } = client(serving.url)
    await started()
    expect(await get(TRENDING)).toBe(200)
    let release: () => void = () => undefined
    const held = new Promise<string[]>((resolve) => (release = () => resolve([])))
    const asked = new Promise<void>((go) => {
      parts.reader.productsOfCart = () => (go(), held)
    })
    const stop = jest.spyOn(parts.desk.service.engine, "stop")
    const underWay = get(`${TRENDING}&cart_id=cart_1`)
    await asked
    const stopped = serving.stop()
    expect(serving.stop()).toBe(stopped)
    await expect(client(serving.url).get(READY)).rejects.toMatchObject({
      code: expect.stringMatching(/^ECONN(REFUSED|RESET)$/),
    })
    expect(stop).not.toHaveBeenCalled()
    release()
    expect(await underWay).toBe(200)
    expect(await stopped).toBe(true)
    expect(stop).toHaveBeenCalledTimes(1)
    expect(parts.reader.closed).toBe(true)
    end()
  })

  it("does not wait for ever", async () => {
    const parts = await fakeParts()
    const serving = await serve({ ...settings, drainSeconds: 0.05 }, silentPino, parts)
    const asked = new Promise<void>((go) => {
      parts.reader.channelsOfKey = () => (go(), new Promise(() => undefined))
    })
    jest.spyOn(parts.desk.shop, "channelsOfKey").mockImplementation((key) => parts.reader.channelsOfKey(key))
    const { get, started, end } = client(serving.url)
    await started()
    const underWay = get(TRENDING).catch((error: NodeJS.ErrnoException) => error.code)
    await asked
    expect(await serving.stop()).toBe(false)
    expect(await underWay).toBe("ECONNRESET")
    expect(parts.reader.closed).toBe(true)
    end()
  })
})
