/** Searches that a process is asked at the same time, at most. */
export const MOST_SEARCHES = 128

/** What the supervisor says to the FAISS process. `seqs` mark what is asked; the answer carries the same. */
export type Question =
  /** Loads faiss-node and opens an empty index by inner product: a graph with that efSearch, or a flat one. */
  | { type: "open"; dimensions: number; breadth?: number }
  /** Appends rows; they get the next positions. */
  | { type: "add"; rows: Float32Array }
  /** The `ks` nearest positions of each query, which has a `seq` of its own: messages cost more than searches. */
  | { type: "search"; queries: Float32Array; ks: readonly number[] }
  | { type: "ping" }

export type Message = Question & { seqs: readonly number[] }

/** What the FAISS process answers; `rss` in bytes. */
export type Answer = { seqs: readonly number[] } & (
  | { type: "done"; rss: number }
  /** Of one query after the other, `counts` of them. */
  | { type: "found"; counts: readonly number[]; labels: Int32Array; scores: Float32Array }
  | { type: "failed"; message: string }
)
