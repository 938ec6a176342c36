/** @jest-environment jsdom */
import { act, StrictMode } from "react"
import { createRoot, type Root } from "react-dom/client"
import { createClient } from "../client"
import type { PersonalizationClient } from "../client-api"
import { answer, fakeStorage } from "../testing"
import type { Recommendation } from "../types"
import { ConsentBanner, Recommendations, RecommendationsProvider } from "."

let root: Root
let host: HTMLElement
let client: PersonalizationClient
let asked: { url: string; body: unknown }[]
let lists: Record<string, Partial<Recommendation>>

const product = (id: string) => ({
  product_id: id,
  score: 1,
  reason: { code: "similar", text: "Similar to what you viewed" },
  product: {
    id,
    title: `Product ${id}`,
    handle: id,
    thumbnail: null,
    variants: [{ id: "v1", calculated_price: { calculated_amount: 12.5, currency_code: "eur" } }],
  },
})

const listOf = (placement: string) => ({
  request_id: `r-${placement}`,
  placement,
  title: `Title of ${placement}`,
  items: [],
  ...lists[placement],
})

beforeEach(() => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true })
  jest.useFakeTimers()
  sessionStorage.clear()
  asked = []
  lists = {}
  const fetch = (url: string, init: RequestInit) => {
    const body = init.body ? JSON.parse(init.body as string) : undefined
    asked.push({ url, body })
    if (!body) return Promise.resolve(answer(200, listOf(new URL(url).searchParams.get("placement")!)))
    const placements = (body.placements ?? []) as { placement: string }[]
    if (placements.some(({ placement }) => placement === "bad")) return Promise.resolve(answer(400))
    return Promise.resolve(
      answer(200, { recommendations: placements.map(({ placement }) => listOf(placement)) })
    )
  }
  client = createClient({
    baseUrl: "http://shop.test",
    publishableKey: "pk_1",
    storage: fakeStorage(),
    fetch: fetch as typeof globalThis.fetch,
  })
  host = document.body.appendChild(document.createElement("div"))
  root = createRoot(host)
})
afterEach(() => {
  act(() => root.unmount())
  host.remove()
  client.close()
  jest.useRealTimers()
})

const render = (children: React.ReactNode) =>
  act(() =>
    root.render(
      <RecommendationsProvider client={client} capture={false}>
        {children}
      </RecommendationsProvider>
    )
  )
const settle = () => act(() => jest.advanceTimersByTimeAsync(1000))

describe("<Recommendations>", () => {
  it("holds the place of the list, then shows a labelled list with prices and reasons", async () => {
    lists["home-for-you"] = { items: [product("p1"), product("p2")] }
    render(<Recommendations placement="home-for-you" limit={4} locale="en-US" />)
    expect(host.querySelectorAll(".mp-recs__item--loading")).toHaveLength(4)
    expect(host.querySelector("section")!.getAttribute("aria-busy")).toBe("true")
    await settle()
    const section = host.querySelector("section")!
    const heading = document.getElementById(section.getAttribute("aria-labelledby")!)!
    expect(heading.textContent).toBe("Title of home-for-you")
    expect(section.querySelectorAll("ul > li")).toHaveLength(2)
    const card = section.querySelector("li")!
    expect(card.textContent).toBe("Product p1€12.50Similar to what you viewed")
    expect(card.querySelector("a")!.getAttribute("href")).toBe("/products/p1")
    expect({ ...card.dataset }).toEqual({
      mpProduct: "p1",
      mpRequest: "r-home-for-you",
      mpPlacement: "home-for-you",
      mpSlot: "0",
    })
  })

  it("asks for all lists of a page in one request", async () => {
    render(
      <>
        <Recommendations placement="home-for-you" />
        <Recommendations placement="trending" limit={3} />
      </>
    )
    await settle()
    expect(asked.map(({ body }) => body)).toEqual([
      { placements: [{ placement: "home-for-you" }, { placement: "trending", limit: 3 }] },
    ])
  })

  it("asks once for a list that two places show, and in React's strict mode", async () => {
    const list = <Recommendations placement="trending" />
    render(
      <StrictMode>
        {list}
        {list}
      </StrictMode>
    )
    await settle()
    expect(asked.map(({ url }) => url)).toEqual([
      "http://shop.test/store/personalization/recommendations?placement=trending",
    ])
  })

  it("shows the other lists when one of them fails", async () => {
    lists.trending = { items: [product("p1")] }
    render(
      <>
        <Recommendations placement="bad" />
        <Recommendations placement="trending" />
      </>
    )
    await settle()
    expect([...host.querySelectorAll("section")].map(({ dataset }) => dataset.placement)).toEqual([
      "trending",
    ])
  })

  it("takes no room for an empty list, or shows what the shop says instead", async () => {
    render(
      <>
        <Recommendations placement="a" />
        <Recommendations placement="b" empty="Nothing yet" />
      </>
    )
    await settle()
    expect(host.textContent).toBe("Title of bNothing yet")
    expect(host.querySelectorAll("button")).toHaveLength(0)
  })

  it("shows no stand-in under a title that would be untrue of it", async () => {
    lists["recently-viewed"] = { items: [product("p1")], fallback: "popular-now" }
    render(
      <>
        <Recommendations placement="recently-viewed" strict />
        <Recommendations placement="recently-viewed" title="Have a look" />
      </>
    )
    await settle()
    expect([...host.querySelectorAll("h2")].map(({ textContent }) => textContent)).toEqual(["Have a look"])
  })

  it("waits until it is enabled, and asks again for another product and after consent", async () => {
    const list = (productId?: string) => (
      <Recommendations placement="pdp" productId={productId} enabled={!!productId} />
    )
    render(list())
    await settle()
    expect(asked).toHaveLength(0)
    render(list("p1"))
    await settle()
    render(list("p2"))
    await settle()
    act(() => client.consent.set({ analytics: true }))
    await settle()
    const products = asked
      .filter(({ url }) => url.includes("/recommendations"))
      .map(({ url }) => new URL(url).searchParams.get("product_id"))
    expect(products).toEqual(["p1", "p2", "p2"])
  })

  it("asks again after a login and a logout, and not when a page repeats the login", async () => {
    render(<Recommendations placement="trending" />)
    await settle()
    await act(() => client.login("jwt_1"))
    await act(() => client.login("jwt_1"))
    await settle()
    await act(() => client.logout())
    await settle()
    expect(asked.filter(({ url }) => url.includes("/recommendations"))).toHaveLength(3)
  })

  it("scrolls by its buttons, against the reading direction where that is right to left", async () => {
    lists.row = { items: [product("p1")] }
    window.matchMedia = jest.fn(() => ({ matches: true })) as unknown as typeof window.matchMedia
    render(<Recommendations placement="row" />)
    await settle()
    const list = host.querySelector("ul")!
    Object.defineProperty(list, "clientWidth", { value: 100 })
    list.scrollBy = jest.fn()
    const [previous, next] = [...host.querySelectorAll("button")]
    act(() => next!.click())
    list.style.direction = "rtl"
    act(() => next!.click())
    act(() => previous!.click())
    const scrolled = jest.mocked(list.scrollBy).mock.calls.map(([options]) => options)
    expect(scrolled).toEqual([90, -90, 90].map((left) => ({ left, behavior: "auto" })))
  })

  it("shows a list that was fetched on the server without asking again", async () => {
    const initialData = { ...listOf("home"), items: [product("p1")] }
    render(<Recommendations placement="home" initialData={initialData} />)
    await settle()
    expect(asked).toHaveLength(0)
    expect(host.textContent).toContain("Product p1")
  })
})

describe("<ConsentBanner>", () => {
  const button = (name: string) =>
    [...host.querySelectorAll("button")].find(({ textContent }) => textContent === name)!

  it("gives yes and no the same weight, and is gone after either", () => {
    render(<ConsentBanner />)
    expect(button("Accept").className).toBe(button("Decline").className)
    act(() => button("Accept").click())
    expect(host.querySelector(".mp-consent")).toBeNull()
    expect(Object.values(client.consent.get())).toEqual([true, true, true, true])
  })

  it("ticks nothing in advance and grants only what was ticked", () => {
    render(<ConsentBanner />)
    act(() => button("Choose").click())
    const boxes = [...host.querySelectorAll<HTMLInputElement>("input")]
    expect(boxes.map(({ checked }) => checked)).toEqual([false, false, false, false])
    act(() => boxes[0]!.click())
    act(() => button("Save my choice").click())
    expect(client.consent.get()).toEqual({
      analytics: true,
      personalization: false,
      experimentation: false,
      model_training: false,
    })
  })
})

it("tells how to fix a missing provider", () => {
  const error = jest.spyOn(console, "error").mockImplementation(() => undefined)
  expect(() => act(() => root.render(<ConsentBanner />))).toThrow("RecommendationsProvider")
  error.mockRestore()
})
