import type { PersonalizationClient } from "./client-api"
import type { EventData } from "./types"

const IMPRESSION_MS = 1000
const HOVER_MS = 500
const DWELL_MS = 1000
const DEPTHS = [25, 50, 75, 100]
const CARD = "[data-mp-product]"
const VIEW = "[data-mp-view]"

/**
 * Watches the document and tracks what it sees, by these attributes:
 *
 * - `data-mp-view="<product id>"` on the page of a product: view_item, dwell (visible and focused), scroll_depth.
 * - `data-mp-product="<product id>"` on a card: select_item when a link in it is followed, hover from 0.5 s on.
 * - `data-mp-request`, `data-mp-placement`, `data-mp-slot` besides, on a recommended card: rec_impression when at
 *   least half of it was visible for a second, once per request and product.
 *
 * Elements may come, go and change at any time. Returns the way to stop.
 */
export function startCapture(client: Pick<PersonalizationClient, "track" | "consent">): () => void {
  const { track, consent } = client
  const stop = new AbortController()
  const on = (target: EventTarget, types: string, listener: (event: Event) => void) => {
    // In the capture phase, so that a page's own handlers cannot hide an event, and the last dwell
    // is queued before the client sends its last batch.
    const options = { capture: true, passive: true, signal: stop.signal }
    for (const type of types.split(" ")) target.addEventListener(type, listener, options)
  }

  const impressions = watchImpressions(client)
  const view = watchView(client)
  const scan = () => {
    view.follow(document.querySelector<HTMLElement>(VIEW)?.dataset.mpView)
    impressions.follow(document.querySelectorAll<HTMLElement>(`${CARD}[data-mp-request]`))
  }
  const changes = new MutationObserver(scan)
  const attributeFilter = ["data-mp-view", "data-mp-product", "data-mp-request"]
  changes.observe(document, { subtree: true, childList: true, attributes: true, attributeFilter })

  on(document, "click auxclick", (event) => {
    const { target, button } = event as MouseEvent
    // The right button opens a menu; the middle one a tab.
    if (button === 2) return
    const link = target instanceof Element && target.closest("a[href]")
    const card = link && link.closest<HTMLElement>(CARD)
    if (card) track.select_item(dataOf(card))
  })

  let hovered: { card: HTMLElement; since: number } | undefined
  const reported = new Set<string>()
  on(document, "pointerover", (event) => {
    const { target, pointerType } = event as PointerEvent
    const card =
      target instanceof Element && pointerType !== "touch" ? target.closest<HTMLElement>(CARD) : null
    if (card === (hovered?.card ?? null)) return
    const ms = hovered ? Date.now() - hovered.since : 0
    if (hovered && ms >= HOVER_MS && consent.get().analytics && once(reported, keyOf(hovered.card))) {
      track.hover({ ...dataOf(hovered.card), properties: { ms } })
    }
    hovered = card ? { card, since: Date.now() } : undefined
  })

  on(window, "focus blur", view.tick)
  on(document, "visibilitychange", () =>
    document.visibilityState === "hidden" ? view.report() : view.tick()
  )
  on(window, "pagehide", view.report)
  on(window, "scroll", view.scrolled)

  // What is on the screen when the shopper agrees counts from then on.
  const unsubscribe = consent.subscribe((now, before) => {
    if (now.analytics === before.analytics) return
    view.forget()
    impressions.forget()
    scan()
  })
  scan()

  return () => {
    view.report()
    unsubscribe()
    stop.abort()
    changes.disconnect()
    impressions.forget()
  }
}

function watchImpressions({ track, consent }: Pick<PersonalizationClient, "track" | "consent">) {
  const seen = new Set<string>()
  const keys = new Map<Element, string>()
  const timers = new Map<Element, ReturnType<typeof setTimeout>>()
  let matured: HTMLElement[] = []

  const report = () => {
    const byRequest = new Map<string, EventData>()
    for (const card of matured) {
      const data = dataOf(card)
      const list = byRequest.get(data.request_id!)
      if (list) list.items!.push(...data.items!)
      else byRequest.set(data.request_id!, { ...data, slot: undefined })
    }
    matured = []
    byRequest.forEach((data) => track.rec_impression(data))
  }
  const ripen = (card: HTMLElement) => {
    timers.delete(card)
    if (document.visibilityState === "hidden") return wait(card)
    if (!card.isConnected || !consent.get().analytics || !once(seen, keyOf(card))) return
    // Cards of one row mature together and travel as one event.
    if (matured.push(card) === 1) setTimeout(report)
  }
  const wait = (card: HTMLElement) =>
    timers.set(
      card,
      setTimeout(() => ripen(card), IMPRESSION_MS)
    )
  const drop = (card: Element) => {
    clearTimeout(timers.get(card))
    timers.delete(card)
  }
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio } of entries) {
        drop(target)
        if (intersectionRatio >= 0.5) wait(target as HTMLElement)
      }
    },
    { threshold: 0.5 }
  )
  const leave = (card: Element) => {
    observer.unobserve(card)
    drop(card)
    keys.delete(card)
  }
  return {
    /** Watches exactly these cards. */
    follow(cards: Iterable<HTMLElement>) {
      const now = new Set(cards)
      for (const card of [...keys.keys()]) if (!now.has(card as HTMLElement)) leave(card)
      for (const card of now) {
        const key = keyOf(card)
        if (keys.get(card) === key) continue
        leave(card)
        keys.set(card, key)
        if (!seen.has(key)) observer.observe(card)
      }
    },
    forget: () => [...keys.keys()].forEach(leave),
  }
}

function watchView({ track }: Pick<PersonalizationClient, "track">) {
  let product: string | undefined
  let path = ""
  let ms = 0
  let since: number | undefined
  const depths = new Set<number>()

  const tick = () => {
    const now = Date.now()
    if (since !== undefined) ms += now - since
    since = product && document.visibilityState === "visible" && document.hasFocus() ? now : undefined
  }
  const items = () => (product ? [{ product_id: product }] : [])
  /** Sends the time since the last report; the parts of a long visit add up. */
  const report = () => {
    tick()
    if (product && ms >= DWELL_MS) {
      track.dwell({ items: items(), page: { url_path: path }, properties: { ms } })
      ms = 0
    }
  }
  const forget = () => {
    product = since = undefined
    ms = 0
  }
  return {
    tick,
    report,
    forget,
    follow(next: string | undefined) {
      if (path !== location.pathname) depths.clear()
      if (next !== product) {
        report()
        forget()
        depths.clear()
        product = next
        if (product) track.view_item({ items: items() })
      }
      path = location.pathname
      tick()
    },
    scrolled() {
      const { scrollHeight } = document.documentElement
      // The rounding of a zoomed page may leave a pixel below.
      const percent = ((window.scrollY + window.innerHeight + 1) / scrollHeight) * 100
      for (const depth of DEPTHS) {
        if (percent >= depth && once(depths, depth))
          track.scroll_depth({ items: items(), properties: { percent: depth } })
      }
    },
  }
}

/** True the first time. */
const once = <T>(seen: Set<T>, value: T): boolean => !seen.has(value) && !!seen.add(value)

const keyOf = ({ dataset }: HTMLElement) => `${dataset.mpRequest ?? location.pathname}|${dataset.mpProduct}`

function dataOf({ dataset }: HTMLElement): EventData & Required<Pick<EventData, "items">> {
  const slot = dataset.mpSlot === undefined ? undefined : Number(dataset.mpSlot)
  return {
    items: [{ product_id: dataset.mpProduct!, position: slot }],
    request_id: dataset.mpRequest,
    placement: dataset.mpPlacement,
    slot,
  }
}
