/** @jest-environment jsdom */
import { startCapture } from "./capture"
import { createConsent, type ConsentState } from "./consent"
import { openStore } from "./store"
import { EVENT_TYPES, type EventData, type Track } from "./types"

let intersect: (card: Element, ratio: number) => void
let stop: () => void
let consent: ConsentState
let tracked: [string, EventData][]

class FakeIntersectionObserver {
  private readonly watched = new Set<Element>()
  constructor(callback: (entries: { target: Element; intersectionRatio: number }[]) => void) {
    intersect = (target, intersectionRatio) => {
      if (this.watched.has(target)) callback([{ target, intersectionRatio }])
    }
  }
  observe = (card: Element) => void this.watched.add(card)
  unobserve = (card: Element) => void this.watched.delete(card)
}

beforeEach(() => {
  jest.useFakeTimers()
  Object.assign(globalThis, { IntersectionObserver: FakeIntersectionObserver })
  jest.spyOn(document, "hasFocus").mockReturnValue(true)
  tracked = []
  const record = (type: string) => [
    type,
    (data: EventData) => consent.get().analytics && tracked.push([type, data]),
  ]
  const track = Object.fromEntries(EVENT_TYPES.map(record)) as unknown as Track
  consent = createConsent(openStore(undefined), openStore(undefined))
  consent.set(true)
  document.body.innerHTML = ""
  stop = startCapture({ track, consent })
})
afterEach(() => {
  stop()
  jest.useRealTimers()
})

/** MutationObserver answers in a microtask. */
const seen = () => jest.advanceTimersByTimeAsync(0)
const ofType = (type: string) => tracked.filter(([name]) => name === type).map(([, data]) => data)

async function show(...ids: string[]) {
  const cards = ids.map(
    (id, slot) =>
      `<li data-mp-product="${id}" data-mp-request="r1" data-mp-placement="home" data-mp-slot="${slot}"><a href="#${id}">${id}</a></li>`
  )
  document.body.innerHTML = `<ul>${cards.join("")}</ul>`
  await seen()
  return [...document.querySelectorAll("li")]
}

describe("impressions", () => {
  it("count after a second of half visibility, together as one event", async () => {
    const [first, second] = await show("p1", "p2")
    intersect(first!, 0.5)
    intersect(second!, 1)
    await jest.advanceTimersByTimeAsync(999)
    expect(tracked).toEqual([])
    await jest.advanceTimersByTimeAsync(2)
    expect(ofType("rec_impression")).toEqual([
      {
        items: [
          { product_id: "p1", position: 0 },
          { product_id: "p2", position: 1 },
        ],
        request_id: "r1",
        placement: "home",
        slot: undefined,
      },
    ])
  })

  it("count once per request and product, however often the card comes back", async () => {
    for (let time = 0; time < 3; time++) {
      const [card] = await show("p1")
      intersect(card!, 1)
      await jest.advanceTimersByTimeAsync(2000)
      intersect(card!, 0)
    }
    expect(ofType("rec_impression")).toHaveLength(1)
  })

  it("do not count when the card leaves too early, or is hardly visible", async () => {
    const [quick, narrow] = await show("p1", "p2")
    intersect(quick!, 0.9)
    intersect(narrow!, 0.49)
    await jest.advanceTimersByTimeAsync(900)
    intersect(quick!, 0.1)
    await jest.advanceTimersByTimeAsync(5000)
    expect(tracked).toEqual([])
  })

  it("count again for the same product of another request in the same element", async () => {
    const [card] = await show("p1")
    intersect(card!, 1)
    await jest.advanceTimersByTimeAsync(1100)
    card!.dataset.mpRequest = "r2"
    await seen()
    intersect(card!, 1)
    await jest.advanceTimersByTimeAsync(1100)
    expect(ofType("rec_impression").map(({ request_id }) => request_id)).toEqual(["r1", "r2"])
  })

  it("count for what is on the screen when the shopper agrees", async () => {
    consent.set(false)
    const [card] = await show("p1")
    intersect(card!, 1)
    await jest.advanceTimersByTimeAsync(2000)
    expect(tracked).toEqual([])
    consent.set(true)
    intersect(card!, 1)
    await jest.advanceTimersByTimeAsync(1100)
    expect(ofType("rec_impression")).toHaveLength(1)
  })
})

it("tracks a followed link of a card with its request and slot, and no other click", async () => {
  const [, card] = await show("p1", "p2")
  card!.click()
  expect(tracked).toEqual([])
  card!.querySelector("a")!.click()
  expect(ofType("select_item")).toEqual([
    { items: [{ product_id: "p2", position: 1 }], request_id: "r1", placement: "home", slot: 1 },
  ])
})

it("tracks the middle mouse button on a link, and not the right one", async () => {
  const [card] = await show("p1")
  const press = (button: number) =>
    card!.querySelector("a")!.dispatchEvent(new MouseEvent("auxclick", { bubbles: true, button }))
  press(2)
  expect(tracked).toEqual([])
  press(1)
  expect(ofType("select_item")).toHaveLength(1)
})

it("tracks hovering from half a second on", async () => {
  const [quick, long] = await show("p1", "p2")
  const over = (target: Element) => target.dispatchEvent(new Event("pointerover", { bubbles: true }))
  over(quick!)
  await jest.advanceTimersByTimeAsync(300)
  over(long!)
  await jest.advanceTimersByTimeAsync(700)
  over(document.body)
  expect(ofType("hover").map(({ items, properties }) => [items![0]!.product_id, properties])).toEqual([
    ["p2", { ms: 700 }],
  ])
})

describe("a product's page", () => {
  const visit = async (id: string) => {
    document.body.innerHTML = `<main data-mp-view="${id}"></main>`
    await seen()
  }

  it("is a view, and its visible and focused time is its dwell", async () => {
    await visit("p1")
    expect(ofType("view_item")).toEqual([{ items: [{ product_id: "p1" }] }])
    await jest.advanceTimersByTimeAsync(4000)
    jest.mocked(document.hasFocus).mockReturnValue(false)
    window.dispatchEvent(new Event("blur"))
    await jest.advanceTimersByTimeAsync(60_000)
    jest.mocked(document.hasFocus).mockReturnValue(true)
    window.dispatchEvent(new Event("focus"))
    await jest.advanceTimersByTimeAsync(1500)
    await visit("p2")
    expect(ofType("dwell")).toMatchObject([{ items: [{ product_id: "p1" }], properties: { ms: 5500 } }])
    expect(ofType("view_item").map(({ items }) => items![0]!.product_id)).toEqual(["p1", "p2"])
  })

  it("is viewed once while it re-renders", async () => {
    await visit("p1")
    document.querySelector("main")!.append(document.createElement("p"))
    await seen()
    await visit("p1")
    expect(ofType("view_item")).toHaveLength(1)
  })

  it("reports each quarter of its length once", async () => {
    await visit("p1")
    Object.defineProperty(document.documentElement, "scrollHeight", { value: 4000, configurable: true })
    for (const scrollY of [0, 300, 1300, 1200, 3300]) {
      Object.assign(window, { scrollY, innerHeight: 768 })
      window.dispatchEvent(new Event("scroll"))
    }
    expect(ofType("scroll_depth").map(({ properties }) => properties!.percent)).toEqual([25, 50, 75, 100])
  })
})
