import { nextTurn } from "../lib"
import type { Exposure, ExposureStore, RecentExposures } from "./recommendation"

/** Lists read at once: a store decodes one in some tenths of a millisecond. */
const PAGE = 10

/** The newest recorded lists, the newest first, page by page so that requests have their turn in between. */
export async function* recordedLists(
  exposures: Pick<ExposureStore, "recent">,
  { placement, limit }: Omit<RecentExposures, "before">
): AsyncGenerator<Exposure> {
  let before: Exposure | undefined
  for (let left = limit; left > 0; left -= PAGE) {
    const page = await exposures.recent({ placement, limit: Math.min(PAGE, left), before })
    yield* page
    if (page.length < PAGE) return
    before = page[page.length - 1]
    await nextTurn()
  }
}
