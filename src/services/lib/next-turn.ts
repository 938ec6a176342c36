/** Resolves in the next turn of the event loop, so that requests have theirs in between. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
