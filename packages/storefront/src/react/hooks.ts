import { useCallback, useEffect, useState, useSyncExternalStore } from "react"
import type { Consent, PageEntry, Recommendation, Track } from "../types"
import { NO_CONSENT } from "../consent"
import { usePersonalization, useShared } from "./context"

export interface UseRecommendationsOptions extends PageEntry {
  /** False postpones the request, e.g. until there is a cart. Default true. */
  enabled?: boolean
  /** A list fetched on the server; shown at once and not fetched again until something changes. */
  initialData?: Recommendation
}

export interface UseRecommendations {
  recommendation: Recommendation | undefined
  /** `loading` only while there is nothing to show; a refresh keeps the old list until the new one is there. */
  status: "loading" | "ready" | "error"
  error: unknown
  /** Fetches again. */
  refresh(): void
}

/** One list. Asks again when its parameters, the shopper's consent or their login change. */
export function useRecommendations(options: UseRecommendationsOptions): UseRecommendations {
  const { placement, productId, cartId, limit, enabled = true, initialData } = options
  const { client, load } = useShared()
  const { consent } = useConsent()
  const [turn, setTurn] = useState(0)
  const request = JSON.stringify([placement, productId, cartId, limit])
  const [initial] = useState(() => (initialData ? JSON.stringify([request, consent, 0]) : undefined))
  const [state, setState] = useState<{ request: string; list?: Recommendation; error?: unknown }>({
    request,
    list: initialData,
  })
  const wanted = JSON.stringify([request, consent, turn])

  useEffect(() => {
    if (!enabled || wanted === initial) return
    let current = true
    load({ placement, productId, cartId, limit }).then(
      (list) => current && setState({ request, list }),
      (error: unknown) => current && setState({ request, error })
    )
    return () => {
      current = false
    }
    // `wanted` stands for every parameter.
  }, [load, enabled, wanted, initial])

  const refresh = useCallback(() => setTurn((now) => now + 1), [])
  useEffect(() => client.onIdentityChange(refresh), [client, refresh])
  // The list of another product is not shown while this one's is on its way.
  const { list, error } = state.request === request ? state : { list: undefined, error: undefined }
  return { recommendation: list, error, status: error ? "error" : list ? "ready" : "loading", refresh }
}

/** `track` of the client: `track.search({ properties: { query } })`. */
export const useTrack = (): Track => usePersonalization().track

export interface UseConsent {
  consent: Readonly<Consent>
  /** False until the shopper has said yes or no; true on a server, where nothing may be asked. */
  decided: boolean
  set(choice: boolean | Partial<Consent>): void
}

/** The shopper's consent, kept in step with every other place and tab that changes it. */
export function useConsent(): UseConsent {
  const { consent } = usePersonalization()
  const now = useSyncExternalStore(consent.subscribe, consent.get, () => NO_CONSENT)
  const decided = useSyncExternalStore(
    consent.subscribe,
    () => consent.decided,
    () => true
  )
  return { consent: now, decided, set: consent.set }
}
