/** Searches that a process is asked at the same time, at most. */
export const MOST_SEARCHES = 128

/** What the supervisor says to the FAISS process. `seq` marks a question; the answer carries the same. */
export type Question =
  /** Loads faiss-node and opens an empty index by inner product: a graph with that efSearch, or a flat one. */
  | { type: "open"; dimensions: number; breadth?: number }
  /** Appends rows; they get the next positions. */
  | { type: "add"; rows: Float32Array }
  /** The `k` nearest positions of one query. */
  | { type: "search"; query: Float32Array; k: number }
  | { type: "ping" }

export type Message = Question & { seq: number }

/** What the FAISS process answers; `rss` in bytes. */
export type Answer =
  | { type: "done"; seq: number; rss: number }
  | { type: "found"; seq: number; labels: Int32Array; scores: Float32Array }
  | { type: "failed"; seq: number; message: string }
