import { PersonalizationError, type ClientOptions, type PersonalizationClient } from "./client-api"
import { createConsent, PURPOSES } from "./consent"
import { createDelivery } from "./delivery"
import { createIdentity } from "./identity"
import { uuidv7 } from "./ids"
import { createOutbox, type Batch } from "./outbox"
import { openStore, windowStorage } from "./store"
import {
  EVENT_TYPES,
  type Consent,
  type EventData,
  type EventType,
  type PageEntry,
  type Recommendation,
  type RejectedEvent,
  type ShopContext,
  type Track,
} from "./types"

/** Events after which the next list should differ; they are not held back for a batch. */
const SOON: ReadonlySet<EventType> = new Set([
  "view_item",
  "select_item",
  "search",
  "like",
  "dislike",
  "not_interested",
  "rating",
  "login",
])
const ANSWER_MS = 10_000
const SETTLE_MS = 400
/** Below the 64 KiB of the fetch standard, which all requests of a page under way share. */
const KEEPALIVE_BYTES = 60_000

/** The one client of a page. Reads what an earlier page left, and sends what that could not. Safe on a server. */
export function createClient(options: ClientOptions): PersonalizationClient {
  const browser = !!globalThis.window
  const baseUrl = options.baseUrl.replace(/\/+$/, "")
  const store = openStore(options.storage ?? windowStorage("localStorage"))
  const consent = createConsent(store, openStore(windowStorage("sessionStorage")))
  const identity = createIdentity(store)
  const outbox = createOutbox(store)
  let context: ShopContext = { ...options.context }
  let token: string | undefined
  let loggedIn = false
  const watchers = new Set<() => void>()
  const identityChanged = () => watchers.forEach((listener) => listener())

  // A server answers many shoppers, so it is never one of them.
  const allowed = () => browser && consent.get().analytics
  const visitorId = () => (allowed() ? identity.visitor() : undefined)
  const sessionId = () => (allowed() ? identity.session() : undefined)

  /** `visitor` is who the request is about; the customer's login goes along only when that is the current visitor. */
  const call = async (path: string, init: RequestInit & { visitor?: string }) => {
    const current = visitorId()
    const { visitor = current, ...rest } = init
    const own = visitor === current
    const headers: Record<string, string> = { "x-publishable-api-key": options.publishableKey }
    if (rest.body) headers["content-type"] = "application/json"
    if (visitor && own) {
      headers["x-personalization-visitor"] = visitor
      headers["x-personalization-session"] = identity.session()
      headers["x-personalization-timezone"] = Intl.DateTimeFormat().resolvedOptions().timeZone
      headers["x-personalization-consent"] = PURPOSES.filter((purpose) => consent.get()[purpose]).join(",")
    }
    if (token && own) headers.authorization = `Bearer ${token}`
    const request = {
      // The cookie of Medusa's session is a login too.
      credentials: own ? ("include" as const) : ("omit" as const),
      signal: AbortSignal.timeout?.(ANSWER_MS),
      ...rest,
      headers,
    }
    return (options.fetch ?? fetch)(baseUrl + path, request)
  }

  const json = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const response = await call(`/store/personalization/${path}`, init)
    const body = await response.json().catch(() => ({}))
    if (!response.ok)
      throw new PersonalizationError(body?.message ?? `HTTP ${response.status}`, response.status)
    return body as T
  }

  const post = (batch: Batch, last: boolean): Promise<Response> => {
    const body = `{"sent_at":${Date.now()},"events":[${batch.events.join(",")}]}`
    const beacon = () => {
      const url = `${baseUrl}/personalization/collect?pk=${encodeURIComponent(options.publishableKey)}`
      navigator.sendBeacon?.(url, body)
      // A beacon brings no answer, so its events stay queued; the server knows them when they come again.
      return Promise.reject(new Error("no answer from a beacon"))
    }
    if (last && !("keepalive" in Request.prototype)) return beacon()
    // Browsers refuse a larger body with keepalive, with an error like that of a dead network.
    const keepalive = new Blob([body]).size < KEEPALIVE_BYTES
    const init = { method: "POST", body, keepalive, visitor: batch.visitorId }
    const answer = call("/store/personalization/events", init)
    return last ? answer.catch(beacon) : answer
  }

  const delivery = createDelivery({
    outbox,
    allowed,
    post,
    async answered(response) {
      const { rejected } = (await response.json()) as { rejected?: RejectedEvent[] }
      if (rejected?.length) options.onRejected?.(rejected)
    },
  })

  const send = (type: EventType, data: EventData = {}) => {
    if (!allowed()) return
    const event_id = uuidv7()
    const visitor_id = identity.visitor()
    const { request_id, placement } = data
    const chosen = type === "select_item" && request_id && data.items?.[0]?.product_id
    if (chosen) identity.chose(chosen, { request_id, placement })
    const event = {
      event_id,
      type,
      ts: Date.now(),
      visitor_id,
      session_id: identity.session(),
      consent: consent.get(),
      items: [],
      ...data,
      page: { type: pageType(), url_path: location.pathname, ...data.page },
      context: { locale: navigator.language, tz_offset: -new Date().getTimezoneOffset(), ...context },
    }
    delivery.added(outbox.add(event_id, visitor_id, event), SOON.has(type))
  }
  const track = Object.fromEntries(
    EVENT_TYPES.map((type) => [type, (data?: EventData) => send(type, data)])
  ) as unknown as Track

  const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms))
  const settled = async () => {
    // Lets what was rendered just now be seen and queued first.
    await pause(0)
    await Promise.race([delivery.flush(), pause(SETTLE_MS)])
  }
  const shop = () => ({
    region_id: context.region_id,
    currency_code: context.currency,
    country_code: context.country,
  })

  const recordConsent = (visitor_id: string, decision: Consent) =>
    json("consent", {
      method: "POST",
      body: JSON.stringify({ visitor_id, consent: decision }),
      keepalive: true,
    })

  consent.subscribe((now) => {
    if (!browser) return
    const visitor = now.analytics ? identity.visitor() : identity.known()
    if (!now.analytics) {
      outbox.clear()
      identity.reset()
    }
    // Events carry their consent too, so a record that gets lost in the network costs proof, not privacy.
    if (visitor) recordConsent(visitor, now).catch(() => undefined)
  })
  // After the line above, so that a refusal does all that it does later on.
  if (options.consent !== undefined) consent.set(options.consent)

  const hidden = () => {
    if (document.visibilityState === "hidden") delivery.flushLast()
  }
  const leaving = () => delivery.flushLast()
  if (browser) {
    document.addEventListener("visibilitychange", hidden)
    window.addEventListener("pagehide", leaving)
    // Events that an earlier page could not send.
    if (allowed()) void delivery.flush()
  }

  return {
    track,
    consent,
    get visitorId() {
      return visitorId()
    },
    get sessionId() {
      return sessionId()
    },
    async recommendations(placement, { signal, productId, cartId, limit, exclude, fields } = {}) {
      await settled()
      const given = { ...inSnakeCase({ placement, productId, cartId, limit }), exclude, fields, ...shop() }
      const known = Object.entries(given).flatMap(([name, value]) => (value ? [[name, String(value)]] : []))
      const query = new URLSearchParams(known)
      return json<Recommendation>(`recommendations?${query}`, signal && { signal })
    },
    async recommendationsPage(entries, { fields, signal } = {}) {
      await settled()
      const body = JSON.stringify({ placements: entries.map(inSnakeCase), fields, ...shop() })
      const init = { method: "POST", body, ...(signal && { signal }) }
      return (await json<{ recommendations: Recommendation[] }>("recommendations", init)).recommendations
    },
    setContext(next) {
      context = { ...context, ...next }
    },
    async login(jwt) {
      const news = !loggedIn || jwt !== token
      loggedIn = true
      token = jwt
      // Any event that carries both identities joins them; this one saves waiting for the next.
      if (allowed() && identity.firstLogin()) send("login")
      await delivery.flush()
      if (news) identityChanged()
    },
    async logout() {
      await delivery.flush()
      loggedIn = false
      token = undefined
      identity.reset()
      identityChanged()
    },
    onIdentityChange(listener) {
      watchers.add(listener)
      return () => void watchers.delete(listener)
    },
    cartMetadata: () => ({
      personalization: { visitor_id: visitorId(), session_id: sessionId(), consent: consent.get() },
    }),
    lineItemMetadata: (request_id, placement) => ({ personalization: { request_id, placement } }),
    lineItemMetadataFor(productId) {
      const attribution = allowed() ? identity.attribution(productId) : undefined
      return attribution ? { personalization: attribution } : {}
    },
    flush: delivery.flush,
    close() {
      delivery.stop()
      if (!browser) return
      document.removeEventListener("visibilitychange", hidden)
      window.removeEventListener("pagehide", leaving)
    },
  }
}

const inSnakeCase = ({ placement, productId, cartId, limit }: PageEntry) => ({
  placement,
  product_id: productId,
  cart_id: cartId,
  limit,
})

/** Set by the page: `<main data-mp-page="home">`. */
const pageType = () => document.querySelector("[data-mp-page]")?.getAttribute("data-mp-page") ?? undefined
