import { createServer, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import request from "supertest"
import { admin, api, describeStore, event, eventually, headers, newShopper, products } from "./demo-store"
import { serveCanRun, startServe, type ServeProcess } from "./serve-process"

const describeServe = serveCanRun ? describeStore : describe.skip

const [MOBILE, DESKTOP] = ["?1", "?0"]
const PER_KIND = 6
const VIEWERS = 10

/** A zone in which it is about this hour now, as a CDN would name the shopper's. */
function zoneAt(hour: number): string {
  const ahead = ((hour - new Date().getUTCHours() + 36) % 24) - 12
  return ahead === 0 ? "Etc/GMT" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`
}

const place = (device: string, country: string, latitude: string, longitude: string, zone: string) => ({
  "sec-ch-ua-mobile": device,
  "cf-ipcountry": country,
  "cf-iplatitude": latitude,
  "cf-iplongitude": longitude,
  "cf-timezone": zone,
})

/** Mean place of some products in a list, from 0; those that are not on it stand at its end. */
const meanPlace = (list: readonly string[], ids: readonly string[]) =>
  ids.reduce((sum, id) => sum + (list.includes(id) ? list.indexOf(id) : list.length), 0) / ids.length

describeServe("two shoppers of whom nothing is known but their situation", () => {
  const paris = place(MOBILE, "FR", "48.86", "2.35", zoneAt(20))
  const lisbon = place(DESKTOP, "PT", "38.72", "-9.14", zoneAt(9))
  /** Answers that the weather's server has not given yet; it keeps them all back while it hangs. */
  const pending: ServerResponse[] = []
  let hangs = false
  const sky = createServer((asked, response) => {
    if (hangs) return void pending.push(response)
    const latitude = Number(new URL(asked.url!, "http://sky").searchParams.get("latitude"))
    const current =
      latitude > 45 ? { weather_code: 61, temperature_2m: 9 } : { weather_code: 0, temperature_2m: 24 }
    response.setHeader("content-type", "application/json").end(JSON.stringify({ current }))
  })
  let serve: ServeProcess
  let wet: string[]
  let sunny: string[]

  const list = async (where: object): Promise<string[]> => {
    const { status, body } = await request(serve.url)
      .get("/store/personalization/recommendations")
      .query({ placement: "trending", limit: 50 })
      .set({ ...(await headers()), ...where })
    expect(status).toBe(200)
    return body.items.map((item: { product_id: string }) => item.product_id)
  }
  const view = async (where: object, ids: readonly string[]) => {
    for (let viewer = 0; viewer < VIEWERS; viewer++) {
      const { status } = await request(serve.url)
        .post("/store/personalization/events")
        .set({ ...(await headers(newShopper())), ...where })
        .send({ sent_at: Date.now(), events: ids.map((id) => event("view_item", [id])) })
      expect(status).toBe(202)
    }
  }
  const preview = async (where: object, id: string): Promise<string[]> => {
    const asked = { placement: "trending", limit: 100, context: where }
    const { status, body } = await api()
      .post("/admin/personalization/preview")
      .set(await admin())
      .send(asked)
    expect(status).toBe(200)
    const found = body.candidates.find((one: { product_id: string }) => one.product_id === id)
    return (found?.signals.context ?? []).map(({ signal }: { signal: string }) => signal)
  }

  beforeAll(async () => {
    await new Promise<void>((resolve) => sky.listen(0, "127.0.0.1", resolve))
    const weatherUrl = `http://127.0.0.1:${(sky.address() as AddressInfo).port}`
    serve = await startServe({ context: { weather: "open-meteo", weatherUrl, timeoutMs: 5_000 } })
    const shown = await list({})
    const rows = (await products(200)).map(({ id }) => id).filter((id) => shown.includes(id))
    ;[wet, sunny] = [rows.slice(0, PER_KIND), rows.slice(PER_KIND, 2 * PER_KIND)]
    // The first request of a place goes out without its weather, and has it asked for.
    for (const where of [paris, lisbon]) await list(where)
    await new Promise((resolve) => setTimeout(resolve, 500))
    await view(paris, wet)
    await view(lisbon, sunny)
  }, 180_000)
  afterAll(async () => {
    for (const response of pending) response.destroy()
    await serve?.stop()
    await new Promise((resolve) => sky.close(resolve))
  })

  it("gives each a list of its own, what fits the situation before what fits the other's", async () => {
    expect(sunny).toHaveLength(PER_KIND)
    const fits = (here: string[], there: string[]) =>
      meanPlace(here, wet) < meanPlace(here, sunny) && meanPlace(there, sunny) < meanPlace(there, wet)
    const lists = () => Promise.all([list(paris), list(lisbon)])
    const [here, there] = await eventually(lists, ([a, b]) => fits(a, b), 20_000)
    expect(here).not.toEqual(there)
    expect(meanPlace(here, wet)).toBeLessThan(meanPlace(here, sunny))
    expect(meanPlace(there, sunny)).toBeLessThan(meanPlace(there, wet))
  })

  it("names the signals to the merchant", async () => {
    const evening = new Date()
    evening.setUTCHours(20, 0, 0, 0)
    const situation = {
      at: evening.toISOString(),
      tz_offset: 0,
      device: "mobile",
      country: "FR",
      weather: { condition: "rain", temperature: 9 },
    }
    const named = await eventually(
      () => preview(situation, wet[0]),
      (signals) => signals.includes("weather=rain"),
      20_000
    )
    expect(named).toEqual(
      expect.arrayContaining(["weather=rain", "device=mobile", "daypart=evening", "country=FR"])
    )
  })

  it("waits for no weather that does not come", async () => {
    hangs = true
    const elsewhere = place(MOBILE, "FR", "43.30", "5.37", zoneAt(20))
    expect(await list(elsewhere)).not.toHaveLength(0)
    await eventually(
      async () => pending.length,
      (count) => count > 0
    )
    expect(pending).toHaveLength(1)
    expect(pending[0].writableEnded).toBe(false)
    expect(await list(elsewhere)).not.toHaveLength(0)
  })
})
