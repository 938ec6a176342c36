import { setFlagsFromString } from "node:v8"

/** Garbage may add as much to the old generation as is alive in it, in per cent. */
export const BOUND_HEAP = "--heap-growing-percent=100"

/**
 * Holds the old generation to about twice what is alive. V8 would let it come to four times that while much is
 * allocated, and keeps the room: a process under a rush looks as if it leaked. A V8 that does not know the flag ignores
 * it.
 */
export function boundHeap(): void {
  setFlagsFromString(BOUND_HEAP)
}
