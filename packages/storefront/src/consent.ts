import type { Store } from "./store"
import type { Consent } from "./types"

/** No purpose granted: where everyone begins. */
export const NO_CONSENT: Readonly<Consent> = Object.freeze({
  analytics: false,
  personalization: false,
  experimentation: false,
  model_training: false,
})

/** The names of the purposes, in the order in which they are shown. */
export const PURPOSES = Object.keys(NO_CONSENT) as (keyof Consent)[]

const KEY = "mp.consent"

/** The shopper's decision, shared by all tabs. A refusal leaves nothing in localStorage. */
export interface ConsentState {
  /** What may be done now. The same object until it changes. */
  get(): Readonly<Consent>
  /** Did the shopper say yes or no in this browser? While false, show the banner. */
  readonly decided: boolean
  /**
   * `true`: all purposes, `false`: none, or each by name (a purpose left out is denied). An explicit grant
   * wins over Global Privacy Control; one that is older than the signal no longer grants personalization.
   */
  set(choice: boolean | Partial<Consent>): void
  /** Calls back after each change; returns the way out. */
  subscribe(listener: (now: Readonly<Consent>, before: Readonly<Consent>) => void): () => void
}

/**
 * @param store lasting store; written only while something is granted
 * @param session store that ends with the tab; remembers a refusal without any identifier
 */
export function createConsent(store: Store, session: Store): ConsentState {
  const listeners = new Set<(now: Readonly<Consent>, before: Readonly<Consent>) => void>()
  let current: Readonly<Consent> = NO_CONSENT
  let decided = false

  const adopt = (next: Readonly<Consent>, said: boolean) => {
    const before = current
    const same = said === decided && JSON.stringify(next) === JSON.stringify(before)
    decided = said
    if (same) return
    current = next
    for (const listener of [...listeners]) listener(next, before)
  }
  const load = () => {
    const stored = store.json<Partial<Consent> & { gpc?: boolean }>(KEY)
    const next = normalize(stored ?? false)
    if (gpc() && !stored?.gpc) next.personalization = false
    adopt(next, !!(stored ?? session.get(KEY)))
  }
  const set = (choice: boolean | Partial<Consent>) => {
    const next = normalize(choice)
    const granted = PURPOSES.some((purpose) => next[purpose])
    const [keep, forget] = granted ? [store, session] : [session, store]
    keep.set(KEY, JSON.stringify({ ...next, gpc: gpc() }))
    forget.remove(KEY)
    adopt(next, true)
  }

  load()
  globalThis.window?.addEventListener("storage", ({ key }) => {
    if (key === KEY || key === null) load()
  })
  return {
    get: () => current,
    get decided() {
      return decided
    },
    set,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}

/** Does the browser send Global Privacy Control? */
const gpc = () =>
  (globalThis as { navigator?: { globalPrivacyControl?: boolean } }).navigator?.globalPrivacyControl

/** Fills in denied purposes. */
function normalize(choice: boolean | Partial<Consent>): Consent {
  const next = { ...NO_CONSENT }
  for (const purpose of PURPOSES) next[purpose] = choice === true || (choice && choice[purpose]) === true
  return next
}
