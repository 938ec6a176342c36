import type { PersonalizationClient } from "../client"
import type { PageEntry, Recommendation } from "../types"

/** Asks for one list; lists asked for at the same time are fetched together. */
export type PageLoader = (entry: PageEntry) => Promise<Recommendation>

interface Waiting {
  entry: PageEntry
  resolve(list: Recommendation): void
  reject(error: unknown): void
}

/** Makes one request of all lists that a page renders at once, so that no product stands on it twice. */
export function createPageLoader(
  client: Pick<PersonalizationClient, "recommendations" | "recommendationsPage">
): PageLoader {
  let waiting: Waiting[] = []

  const alone = ({ entry, resolve, reject }: Waiting) => {
    const { placement, ...params } = entry
    client.recommendations(placement, params).then(resolve, reject)
  }
  const load = async () => {
    const batch = waiting
    waiting = []
    if (batch.length === 1) return alone(batch[0]!)
    try {
      const lists = await client.recommendationsPage(batch.map(({ entry }) => entry))
      batch.forEach(({ resolve }, at) => resolve(lists[at]!))
    } catch {
      // One bad list (a product that is gone, a misspelt placement) must not empty the others.
      batch.forEach(alone)
    }
  }
  return (entry) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ entry, resolve, reject }) === 1) setTimeout(load)
    })
}
