/**
 * The process that holds faiss-node: everything in it may block, leak or abort, and the supervisor
 * (faiss-process.ts) bears it. It knows positions only; ids and removals are the supervisor's.
 */
import { openFlat, openGraph, type FaissIndex } from "./faiss-node"
import { MOST_SEARCHES, type Answer, type Message } from "./protocol"

/** Rows added in one go: a few milliseconds, so that searches and pings are answered in between. */
const SLICE = 32

/** FAISS compares this many queries or more with all rows by one multiplication of matrices, fewer one by one. */
const TOGETHER = 20
/** From so many queries on, that multiplication with zeros added is quicker than one by one. */
const WORTH_FILLING = 4

interface Search {
  query: Float32Array
  k: number
  resolve(found: { labels: number[]; distances: number[] }): void
  reject(error: Error): void
}

let index: FaissIndex | undefined
let dimensions = 0
/** Searches that one call may answer: a graph walks for each by itself. */
let together = 1
const waiting: Search[] = []
let adding: Promise<void> = Promise.resolve()

function opened(): FaissIndex {
  if (!index) throw new Error("the index is not open")
  return index
}

async function add(rows: Float32Array): Promise<void> {
  for (let at = 0; at < rows.length; at += SLICE * dimensions) {
    opened().add(Array.from(rows.subarray(at, at + SLICE * dimensions)))
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** Searches that have come in together are answered together. */
function search(query: Float32Array, k: number): Promise<{ labels: number[]; distances: number[] }> {
  return new Promise((resolve, reject) => {
    waiting.push({ query, k, resolve, reject })
    if (waiting.length === 1) setImmediate(searchWaiting)
  })
}

function searchWaiting(): void {
  const asked = waiting.splice(0, together)
  if (waiting.length > 0) setImmediate(searchWaiting)
  try {
    const k = Math.max(...asked.map((one) => one.k))
    const size = asked.length >= WORTH_FILLING ? Math.max(TOGETHER, asked.length) : asked.length
    const queries = new Array<number>(size * dimensions).fill(0)
    asked.forEach(({ query }, at) => {
      for (let d = 0; d < dimensions; d++) queries[at * dimensions + d] = query[d]
    })
    const { labels, distances } = opened().search(queries, k)
    asked.forEach((one, at) => {
      const [from, to] = [at * k, at * k + one.k]
      one.resolve({ labels: labels.slice(from, to), distances: distances.slice(from, to) })
    })
  } catch (error) {
    for (const { reject } of asked) reject(error as Error)
  }
}

async function answer(message: Message): Promise<Answer> {
  const { seqs } = message
  switch (message.type) {
    case "open":
      dimensions = message.dimensions
      index = message.breadth ? openGraph(dimensions, message.breadth) : openFlat(dimensions)
      together = message.breadth ? 1 : MOST_SEARCHES
      break
    case "add":
      await (adding = adding.then(() => add(message.rows)))
      break
    case "search": {
      const size = opened().ntotal()
      const found = await Promise.all(
        message.ks.map((k, i) => {
          const query = message.queries.subarray(i * dimensions, (i + 1) * dimensions)
          return Math.min(k, size) > 0 ? search(query, Math.min(k, size)) : { labels: [], distances: [] }
        })
      )
      return {
        type: "found",
        seqs,
        counts: found.map(({ labels }) => labels.length),
        labels: Int32Array.from(found.flatMap(({ labels }) => labels)),
        scores: Float32Array.from(found.flatMap(({ distances }) => distances)),
      }
    }
    case "ping":
      break
  }
  return { type: "done", seqs, rss: process.memoryUsage.rss() }
}

/** A graph answers one search after the other: none of them waits for the others of its message. */
function apart(message: Message): Message[] {
  if (message.type !== "search" || together > 1) return [message]
  const { seqs, ks, queries } = message
  return seqs.map((seq, i) => ({
    type: "search",
    seqs: [seq],
    ks: [ks[i]],
    queries: queries.subarray(i * dimensions, (i + 1) * dimensions),
  }))
}

process.on("message", (message: Message) => {
  for (const one of apart(message))
    answer(one)
      .catch((error: Error): Answer => ({ type: "failed", seqs: one.seqs, message: error.message }))
      // The error of a send means that the supervisor is gone; `disconnect` then ends this process.
      .then((reply) => process.send?.(reply, () => undefined))
})
process.on("disconnect", () => process.exit(0))
// Ctrl-C reaches the whole process group; this process goes when its supervisor lets it go.
process.on("SIGINT", () => undefined)
process.on("SIGTERM", () => undefined)
