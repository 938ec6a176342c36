import { uuidv7 } from "./ids"
import type { Store } from "./store"

const VISITOR = "mp.visitor"
const SESSION = "mp.session"
const CLICKS = "mp.clicks"
const JOINED = "mp.joined"
const SESSION_MS = 30 * 60_000
const CLICKS_KEPT = 30

/** The recommendation that a product was chosen from. */
export interface Attribution {
  request_id: string
  placement?: string
}

/** Who this browser is, as far as the shopper allows: only used while analytics is granted. */
export interface Identity {
  visitor(): string
  /** Like `visitor()`, but makes no one up. */
  known(): string | undefined
  /** Ends after 30 minutes without a call. */
  session(): string
  /** Remembers that the shopper chose a product from a recommended list. */
  chose(productId: string, attribution: Attribution): void
  /** The recommendation that this session's last choice of the product came from. */
  attribution(productId: string): Attribution | undefined
  /** True once per visitor: the first time the shopper is known to be logged in. */
  firstLogin(): boolean
  /** Forgets everything; the next call of `visitor()` is someone new. */
  reset(): void
}

type Click = Attribution & { product_id: string; session_id: string }

export function createIdentity(store: Store): Identity {
  const visitor = () => {
    const known = store.get(VISITOR)
    if (known) return known
    const id = uuidv7()
    store.set(VISITOR, id)
    return id
  }
  const session = () => {
    const now = Date.now()
    const known = store.json<{ id: string; seen: number }>(SESSION)
    const id = known && now - known.seen < SESSION_MS ? known.id : uuidv7(now)
    store.set(SESSION, JSON.stringify({ id, seen: now }))
    return id
  }
  const clicks = () => store.json<Click[]>(CLICKS) ?? []
  return {
    visitor,
    known: () => store.get(VISITOR),
    session,
    chose(product_id, { request_id, placement }) {
      const others = clicks().filter((click) => click.product_id !== product_id)
      const click: Click = { product_id, session_id: session(), request_id, placement }
      store.set(CLICKS, JSON.stringify([click, ...others].slice(0, CLICKS_KEPT)))
    },
    attribution(productId) {
      const now = session()
      const click = clicks().find(
        ({ product_id, session_id }) => product_id === productId && session_id === now
      )
      return click && { request_id: click.request_id, placement: click.placement }
    },
    firstLogin() {
      const first = !store.get(JOINED)
      store.set(JOINED, "1")
      return first
    },
    reset() {
      for (const key of [VISITOR, SESSION, CLICKS, JOINED]) store.remove(key)
    },
  }
}
