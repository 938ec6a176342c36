import type { PersonalizationClient } from "../client-api"
import type { PageEntry, Recommendation } from "../types"

/** Asks for one list; lists asked for at the same time are fetched together. */
export type PageLoader = (entry: PageEntry) => Promise<Recommendation>

interface Waiting {
  entry: PageEntry
  list: Promise<Recommendation>
  resolve(list: Recommendation | Promise<Recommendation>): void
}

/**
 * Makes one request of all lists that a page renders at once, so that no product stands on it twice. A list
 * that is asked for twice at once (as React's StrictMode does) is the same list.
 */
export function createPageLoader(
  client: Pick<PersonalizationClient, "recommendations" | "recommendationsPage">
): PageLoader {
  let waiting = new Map<string, Waiting>()

  const alone = ({ entry, resolve }: Waiting) => {
    const { placement, ...params } = entry
    resolve(client.recommendations(placement, params))
  }
  const load = async () => {
    const batch = [...waiting.values()]
    waiting = new Map()
    if (batch.length === 1) return alone(batch[0]!)
    try {
      const lists = await client.recommendationsPage(batch.map(({ entry }) => entry))
      batch.forEach(({ resolve }, at) => resolve(lists[at]!))
    } catch {
      // One bad list (a product that is gone, a misspelt placement) must not empty the others.
      batch.forEach(alone)
    }
  }
  return (entry) => {
    const key = JSON.stringify(entry)
    const known = waiting.get(key)
    if (known) return known.list
    if (!waiting.size) setTimeout(load)
    let resolve!: Waiting["resolve"]
    const list = new Promise<Recommendation>((done) => (resolve = done))
    waiting.set(key, { entry, list, resolve })
    return list
  }
}
