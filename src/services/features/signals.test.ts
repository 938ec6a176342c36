import { shopEvent } from "../testing/events"
import { demand } from "./definitions/demand"
import { seasonOf, signalsOf, wholeOf } from "./signals"

describe("signalsOf", () => {
  it("names each side that is known", () => {
    const now = Date.UTC(2026, 9, 31, 19)
    expect(
      signalsOf({ now, device: "mobile", country: "FR", tzOffset: 60, weather: "rain", temperature: 9 })
    ).toEqual([
      "device=mobile",
      "country=FR",
      "daypart=evening",
      "days=weekend",
      "season=autumn",
      "weather=rain",
      "temperature=cold",
    ])
    expect(signalsOf({ now })).toEqual([])
    expect(signalsOf({ now, country: "FR", region: "FR-IDF", localEvents: ["concert", "fair"] })).toEqual([
      "country=FR",
      "region=FR-IDF",
      "season=autumn",
      "event=concert",
      "event=fair",
    ])
    // An event may say another country than the place that its region was read from.
    expect(signalsOf({ now, country: "PT", region: "FR-IDF" })).toEqual(["country=PT", "season=autumn"])
  })

  it("compares a region with its country, and all else with the whole shop", () => {
    expect(["region=FR-IDF", "country=FR", "event=region=FR-X"].map(wholeOf)).toEqual([
      "country=FR",
      undefined,
      undefined,
    ])
  })

  it.each([
    [1, { country: "FR" }, "winter"],
    [1, { country: "AU" }, "summer"],
    [1, { country: "BR", latitude: 2.8 }, "winter"],
    [12, { latitude: -33 }, "summer"],
    [7, {}, undefined],
  ])("month %d of %j is %s", (month, place, season) => {
    expect(seasonOf(month, place)).toBe(season)
  })
})

describe("demand", () => {
  const lookups = { categoriesOf: () => ["c"] }
  const ts = Date.UTC(2026, 0, 1)
  const event = (type: string, id: string, at = ts) =>
    shopEvent({ type, ts: at, items: [{ product_id: id }] })

  it("counts views, carts and purchases, and halves them in two months", () => {
    const state = [event("view_item", "a"), event("purchase", "a"), event("add_to_cart", "b")].reduce(
      (held, one) => demand.update(held, one, "situation:weather=rain", lookups),
      demand.initial
    )
    const now = demand.read(state, ts)
    expect(now.total).toBeCloseTo(10)
    expect(now.product("a")).toBeCloseTo(7)
    expect(now.product("b")).toBeCloseTo(3)
    expect(now.product("never")).toBe(0)
    expect(now.category("c")).toBeCloseTo(10)
    expect(demand.read(state, ts + 60 * 86_400_000).total).toBeCloseTo(5)
    expect(demand.read(demand.initial, ts).total).toBe(0)
  })

  it("stays bounded, and says of what it has no room for that it does not know", () => {
    let state = demand.initial
    for (let n = 0; n < 150; n++)
      state = demand.update(state, event("view_item", `p${n}`), "situation:x", lookups)
    expect(state.products.ids).toHaveLength(100)
    expect(demand.read(state, ts).product("unheard")).toBeUndefined()
  })

  it("touches a record for each side and one for the whole shop", () => {
    expect(demand.keys!(shopEvent({ context: { device: "mobile", country: "PT" } }))).toEqual([
      "all",
      "situation:device=mobile",
      "situation:country=PT",
      "situation:season=winter",
    ])
  })
})
