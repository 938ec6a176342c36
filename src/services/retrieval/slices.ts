import { nextTurn } from "../lib"

/**
 * Runs `work` over many items without holding the event loop: after every `size` items the loop gets its turn.
 * @param items may be a live iterator of a map; what is added meanwhile may or may not be seen
 */
export async function inSlices<T>(items: Iterable<T>, size: number, work: (item: T) => void): Promise<void> {
  let done = 0
  for (const item of items) {
    work(item)
    if (++done % size === 0) await nextTurn()
  }
}
