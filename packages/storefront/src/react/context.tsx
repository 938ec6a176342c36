import { createContext, useContext, useEffect, useMemo, type ReactNode } from "react"
import { startCapture } from "../capture"
import type { PersonalizationClient } from "../client-api"
import { createPageLoader, type PageLoader } from "./page-loader"

interface Shared {
  client: PersonalizationClient
  load: PageLoader
}

const Context = createContext<Shared | undefined>(undefined)

export interface RecommendationsProviderProps {
  client: PersonalizationClient
  /** Track views, impressions, clicks, hover, dwell and scroll depth by the document's `data-mp-*` attributes. Default true. */
  capture?: boolean
  children?: ReactNode
}

/** Gives the client to the components below it and, in a browser, starts the capture. */
export function RecommendationsProvider({ client, capture = true, children }: RecommendationsProviderProps) {
  const shared = useMemo(() => ({ client, load: createPageLoader(client) }), [client])
  useEffect(() => (capture ? startCapture(client) : undefined), [client, capture])
  return <Context.Provider value={shared}>{children}</Context.Provider>
}

/** The provider's client and loader. Throws outside of a provider. */
export function useShared(): Shared {
  const shared = useContext(Context)
  if (!shared) throw new Error("Wrap this component in <RecommendationsProvider client={createClient(…)}>")
  return shared
}

/** The client of the nearest provider. */
export const usePersonalization = (): PersonalizationClient => useShared().client
