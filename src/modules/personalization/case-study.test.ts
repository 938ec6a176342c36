import { newEventId } from "../../services/events"
import {
  localSituationOf,
  signalsOfRequest,
  type Origin,
  type Weather,
  type WeatherProvider,
} from "../../services/context"
import { NOBODY, readSituation, situationKeys, type Product } from "../../services/features"
import { ManualClock, silentLogger } from "../../services/lib"
import { NO_CONSENT } from "../../services/privacy"
import { RANK_FEATURES } from "../../services/ranking"
import { compose } from "./compose"
import type { Engine } from "./engine"
import { resolveOptions } from "./options"

const CONSENT = { analytics: true, personalization: true, experimentation: true, model_training: true }
const KINDS = ["umbrellas", "sunglasses", "mugs"]
const PER_KIND = 6

/** 28 October 2026, a Wednesday; Paris is an hour ahead of Lisbon. */
const PARIS_20 = Date.UTC(2026, 9, 28, 19)
const LISBON_9 = Date.UTC(2026, 9, 28, 9)

const PARIS: Origin = {
  headers: {
    "sec-ch-ua-mobile": "?1",
    "cf-ipcountry": "FR",
    "cf-ipcity": "Paris",
    "cf-region-code": "IDF",
    "cf-iplatitude": "48.86",
    "cf-iplongitude": "2.35",
    "cf-timezone": "Europe/Paris",
  },
}
const LISBON: Origin = {
  headers: {
    "sec-ch-ua-mobile": "?0",
    "cf-ipcountry": "PT",
    "cf-ipcity": "Lisbon",
    "cf-iplatitude": "38.72",
    "cf-iplongitude": "-9.14",
    "cf-timezone": "Europe/Lisbon",
  },
}

const sky: WeatherProvider = {
  name: "static",
  weather: async ({ latitude }): Promise<Weather> =>
    latitude > 45 ? { condition: "rain", temperature: 9 } : { condition: "clear", temperature: 24 },
}

const product = (kind: string, n: number): Product => ({
  id: `${kind}-${n}`,
  title: `${kind} number ${n}`,
  status: "published",
  categories: [{ id: kind, name: kind }],
  tags: [],
  options: {},
  salesChannelIds: ["web"],
  variants: [{ id: `${kind}-${n}-v`, available: true, price: 10 }],
  inStock: true,
  price: 10,
  createdAt: n,
  updatedAt: n,
})

/** Views of one kind in one situation, each by somebody else. */
const views = (kind: string, context: object, at: number, count: number) =>
  Array.from({ length: count }, (_, n) => {
    const ts = at - 86_400_000 + n * 1_000
    return {
      event_id: newEventId(ts),
      type: "view_item",
      ts,
      visitor_id: `${kind}-${n}-${at}`,
      consent: CONSENT,
      context,
      items: [{ product_id: `${kind}-${n % PER_KIND}` }],
    }
  })

async function open(clock: ManualClock, weather: WeatherProvider): Promise<Engine> {
  const engine = compose(resolveOptions({ retrieval: { index: "exact", dimensions: 16 } }), {
    logger: silentLogger,
    clock,
    context: { weather },
  })
  await engine.start()
  await engine.catalog.upsert(
    KINDS.flatMap((kind) => Array.from({ length: PER_KIND }, (_, n) => product(kind, n)))
  )
  const evening = { device: "mobile", country: "FR", tz_offset: 60, weather: "rain", temperature: 9 }
  const morning = { device: "desktop", country: "PT", tz_offset: 0, weather: "clear", temperature: 24 }
  const events = [
    ...views("umbrellas", evening, PARIS_20, 60),
    ...views("sunglasses", morning, LISBON_9, 60),
    ...views("mugs", evening, PARIS_20, 30),
    ...views("mugs", morning, LISBON_9, 30),
  ]
  await engine.ingest.submit({ events }, { origin: "server" })
  await engine.featuresCaughtUp()
  return engine
}

async function list(engine: Engine, origin: Origin): Promise<string[]> {
  const { items } = await engine.recommender.recommend({
    placement: "trending",
    consent: NO_CONSENT,
    context: { ...engine.situations.of(origin), salesChannelIds: ["web"] },
    limit: 18,
  })
  return items.map(({ product_id }) => product_id)
}

/** Mean place of a kind in a list, from 0. */
const place = (ids: readonly string[], kind: string) =>
  ids.reduce((sum, id, at) => sum + (id.startsWith(kind) ? at : 0), 0) / PER_KIND

describe("two shoppers of whom nothing is known but their situation", () => {
  const clock = new ManualClock(PARIS_20)
  let engine: Engine
  beforeAll(async () => {
    engine = await open(clock, sky)
    // The first request of a place goes out without the weather, and has it asked for.
    for (const origin of [PARIS, LISBON]) expect(engine.situations.of(origin).weather).toBeUndefined()
    await new Promise((resolve) => setImmediate(resolve))
  })
  afterAll(() => engine.stop())

  it("knows each situation", () => {
    clock.set(PARIS_20)
    const paris = { ...engine.situations.of(PARIS), salesChannelIds: [] }
    expect(paris).toMatchObject({
      device: "mobile",
      country: "FR",
      region: "IDF",
      city: "Paris",
      weather: { condition: "rain", temperature: 9 },
    })
    expect(localSituationOf(paris)).toMatchObject({ hour: 20, daypart: "evening", season: "autumn" })
    clock.set(LISBON_9)
    const lisbon = { ...engine.situations.of(LISBON), salesChannelIds: [] }
    expect(lisbon).toMatchObject({ device: "desktop", weather: { condition: "clear" } })
    expect(localSituationOf(lisbon)).toMatchObject({ hour: 9, daypart: "morning", season: "autumn" })
  })

  it("gives each a list of its own, what fits first", async () => {
    clock.set(PARIS_20)
    const paris = await list(engine, PARIS)
    clock.set(LISBON_9)
    const lisbon = await list(engine, LISBON)
    expect(paris).toHaveLength(18)
    expect(paris).not.toEqual(lisbon)
    expect(place(paris, "umbrellas")).toBeLessThan(place(paris, "sunglasses"))
    expect(place(lisbon, "sunglasses")).toBeLessThan(place(lisbon, "umbrellas"))
  })

  it("names the signals that moved a product", async () => {
    clock.set(PARIS_20)
    const { catalog, features } = engine
    const context = { ...engine.situations.of(PARIS), salesChannelIds: ["web"] }
    const signals = signalsOfRequest(context)
    const records = await features.getMany(situationKeys(signals))
    const demand = readSituation(records, signals, context.now)
    const situation = { shopper: NOBODY, demand, catalog, seeds: [], context }
    const contextFeature = RANK_FEATURES.find(({ name }) => name === "context")!
    const signalsOf = (id: string) => contextFeature.signals!(situation, catalog.cards.numberOf(id), id)
    const umbrella = signalsOf("umbrellas-1")
    expect(umbrella.map(({ signal }) => signal)).toEqual(
      expect.arrayContaining(["weather=rain", "device=mobile", "daypart=evening", "country=FR"])
    )
    for (const { value } of umbrella) expect(value).toBeGreaterThanOrEqual(0)
    const whole = umbrella.reduce((sum, { value }) => sum + value, 0)
    expect(whole).toBeCloseTo(
      contextFeature.prepare(situation)!(catalog.cards.numberOf("umbrellas-1"), "umbrellas-1"),
      10
    )
    expect(signalsOf("sunglasses-1").find(({ signal }) => signal === "weather=rain")!.value).toBeLessThan(0)
  })
})

it("explains by the admin's preview which signals moved a product", async () => {
  const clock = new ManualClock(PARIS_20)
  const engine = await open(clock, sky)
  engine.situations.of(PARIS)
  await new Promise((resolve) => setImmediate(resolve))
  const context = { ...engine.situations.of(PARIS), salesChannelIds: ["web"] }
  const request = { placement: "trending", consent: NO_CONSENT, context, limit: 18 }
  const { candidates } = await engine.steering.preview(request)
  const signalsOf = (id: string) =>
    candidates.find((one) => one.product_id === id)!.signals.context.map(({ signal }) => signal)
  for (const signal of ["weather=rain", "device=mobile", "daypart=evening", "country=FR"]) {
    expect(signalsOf("umbrellas-1")).toContain(signal)
    expect(signalsOf("sunglasses-1")).toContain(signal)
  }
  await engine.stop()
})

it("waits for no weather that is down or never comes", async () => {
  const asked: string[] = []
  const provider = (name: string, weather: () => Promise<Weather>): WeatherProvider => ({
    name,
    weather: () => {
      asked.push(name)
      return weather()
    },
  })
  for (const weather of [
    provider("never", () => new Promise(() => {})),
    provider("down", () => Promise.reject(new Error("down"))),
  ]) {
    const engine = await open(new ManualClock(PARIS_20), weather)
    const ids = await list(engine, PARIS)
    expect(ids).toHaveLength(18)
    expect(place(ids, "umbrellas")).toBeLessThan(place(ids, "sunglasses"))
    expect(asked).toContain(weather.name)
    await engine.stop()
  }
})
