import { nextTurn } from "./next-turn"

/** Work that stops now and then, so that others may have the event loop in between. */
export type Steps<T> = Generator<void, T>

/** Does all of it at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Does each step in a turn of the event loop of its own. */
export async function finishInTurns<T>(steps: Steps<T>): Promise<T> {
  for (;;) {
    await nextTurn()
    const { done, value } = steps.next()
    if (done) return value
  }
}
