/** Read from `/config.json` beside the page when it loads, so that one build serves any store. */
export interface ShopConfig {
  backendUrl: string
  publishableKey: string
  /** Region to sell in; the store's first one if left out. */
  regionId?: string
}

/** Throws an error that tells what to write where, if the file is missing or incomplete. */
export async function loadConfig(): Promise<ShopConfig> {
  const response = await fetch("/config.json", { cache: "no-store" })
  const config: Partial<ShopConfig> = await response.json().catch(() => ({}))
  if (!config.backendUrl || !config.publishableKey) {
    throw new Error(
      'Serve /config.json with {"backendUrl": "http://localhost:9000", "publishableKey": "pk_…"}'
    )
  }
  return { ...config, backendUrl: config.backendUrl, publishableKey: config.publishableKey }
}
