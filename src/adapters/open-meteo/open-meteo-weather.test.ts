import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { OpenMeteoWeather } from "."

describe("OpenMeteoWeather", () => {
  let server: Server
  let asked: string[]
  let body: unknown
  let status = 200
  const at = { latitude: 48.9, longitude: 2.4 }
  const weather = () => {
    const { port } = server.address() as AddressInfo
    const provider = new OpenMeteoWeather({ baseUrl: `http://127.0.0.1:${port}/`, apiKey: "k" })
    return provider.weather(at, AbortSignal.timeout(5_000))
  }

  beforeAll(async () => {
    server = createServer((request, response) => {
      asked.push(request.url!)
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  })
  beforeEach(() => {
    asked = []
    status = 200
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))

  it.each([
    [0, "clear"],
    [3, "cloudy"],
    [45, "fog"],
    [61, "rain"],
    [75, "snow"],
    [80, "rain"],
    [85, "snow"],
    [95, "storm"],
  ])("calls code %d %s", async (weather_code, condition) => {
    body = { current: { temperature_2m: 7.5, weather_code } }
    expect(await weather()).toEqual({ condition, temperature: 7.5 })
    expect(asked).toEqual([
      "/v1/forecast?latitude=48.9&longitude=2.4&current=temperature_2m%2Cweather_code&apikey=k",
    ])
  })

  it("throws when the answer is none", async () => {
    body = { current: { temperature_2m: 7.5 } }
    await expect(weather()).rejects.toThrow("no weather code")
    status = 503
    await expect(weather()).rejects.toThrow("status 503")
  })
})
