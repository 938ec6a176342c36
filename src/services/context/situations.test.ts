import { ManualClock } from "../lib"
import { CONTEXT_CODES, encodeContext, placeOf, Situations, type RequestContext } from "."

const context = (changes: Partial<RequestContext>): RequestContext => ({
  now: Date.UTC(2026, 0, 4, 6),
  salesChannelIds: [],
  ...changes,
})
const code = (name: string, changes: Partial<RequestContext>) =>
  encodeContext(context(changes))[CONTEXT_CODES.indexOf(name)]

describe("Situations", () => {
  const now = Date.UTC(2026, 6, 1, 12)

  it("believes the browser's zone before the place's, and knows summer time", () => {
    const situations = new Situations({ clock: new ManualClock(now) })
    const headers = { "cf-ipcountry": "FR", "cf-timezone": "Europe/Paris" }
    expect(situations.of({ headers })).toMatchObject({ country: "FR", tzOffset: 120 })
    const travelling = { ...headers, "x-personalization-timezone": "America/St_Johns" }
    expect(situations.of({ headers: travelling }).tzOffset).toBe(-150)
    const nonsense = { ...headers, "x-personalization-timezone": "Mars/Olympus" }
    expect(situations.of({ headers: nonsense }).tzOffset).toBe(120)
    expect(situations.of({ headers: {} })).toMatchObject({ now, tzOffset: undefined, weather: undefined })
  })

  it("tells each kind of what is on, or will be within a day", () => {
    const day = 86_400_000
    const event = (kind: string, startsAt: number, endsAt: number) => ({ name: kind, kind, startsAt, endsAt })
    const localEvents = {
      get: () => [
        event("over", 0, now),
        event("Match ", now, now + 1),
        event("fair", now + day, now + 2 * day),
        event("match", now + 1, now + 2),
        event("later", now + day + 1, now + 2 * day),
      ],
    }
    const situations = new Situations({ clock: new ManualClock(now), localEvents })
    const headers = { "cf-ipcountry": "FR", "cf-iplatitude": "48.9", "cf-iplongitude": "2.4" }
    expect(situations.of({ headers }).localEvents).toEqual(["fair", "match"])
    const nothing = new Situations({ clock: new ManualClock(now), localEvents: { get: () => [] } })
    expect(nothing.of({ headers }).localEvents).toBeUndefined()
  })
})

describe("placeOf", () => {
  it.each([
    [
      {
        "x-vercel-ip-country": "BR",
        "x-vercel-ip-city": "S%C3%A3o%20Paulo",
        "x-vercel-ip-country-region": "SP",
      },
      { country: "BR", region: "SP", city: "São Paulo" },
    ],
    [
      {
        "cloudfront-viewer-country": "DE",
        "cloudfront-viewer-latitude": "52.5",
        "cloudfront-viewer-longitude": "13.4",
      },
      { country: "DE", latitude: 52.5, longitude: 13.4 },
    ],
    [
      { "client-geo-country": "CA", "client-geo-gmt-offset": "-330" },
      { country: "CA", tzOffset: -210 },
    ],
    [{ "cf-ipcountry": "FR", "cf-iplatitude": "91", "cf-iplongitude": "2" }, { country: "FR" }],
  ])("reads %j", (headers, place) => {
    expect(placeOf(headers)).toEqual(place)
  })
})

describe("encodeContext", () => {
  it("puts hours on a circle and places on a sphere", () => {
    expect(code("hour_cos", { tzOffset: 0 })).toBeCloseTo(0)
    expect(code("hour_sin", { tzOffset: 0 })).toBeCloseTo(1)
    expect(code("hour_sin", {})).toBe(0)
    expect(code("place_x", { latitude: 0, longitude: 180 })).toBeCloseTo(-1)
    expect(code("place_z", { latitude: -90, longitude: 0 })).toBeCloseTo(-1)
    expect(code("device_screen", { device: "mobile" })).toBe(-1)
    expect(code("weather_rain", { weather: { condition: "rain", temperature: 100 } })).toBe(1)
    expect(code("temperature", { weather: { condition: "rain", temperature: 100 } })).toBe(1)
  })
})
