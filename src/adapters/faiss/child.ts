/**
 * The process that holds faiss-node: everything in it may block, leak or abort, and the supervisor
 * (faiss-process.ts) bears it. It knows positions only; ids and removals are the supervisor's.
 */
import { openFlat, openGraph, type FaissIndex } from "./faiss-node"
import type { Answer, Message } from "./protocol"

/** Rows added in one go: a few milliseconds, so that searches and pings are answered in between. */
const SLICE = 32

let index: FaissIndex | undefined
let dimensions = 0
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

async function answer(message: Message): Promise<Answer> {
  const { seq } = message
  switch (message.type) {
    case "open":
      dimensions = message.dimensions
      index = message.breadth ? openGraph(dimensions, message.breadth) : openFlat(dimensions)
      break
    case "add":
      await (adding = adding.then(() => add(message.rows)))
      break
    case "search": {
      const k = Math.min(message.k, opened().ntotal())
      const { labels, distances } =
        k > 0 ? opened().search(Array.from(message.query), k) : { labels: [], distances: [] }
      return { type: "found", seq, labels: Int32Array.from(labels), scores: Float32Array.from(distances) }
    }
    case "ping":
      break
  }
  return { type: "done", seq, rss: process.memoryUsage.rss() }
}

process.on("message", (message: Message) => {
  answer(message)
    .catch((error: Error): Answer => ({ type: "failed", seq: message.seq, message: error.message }))
    // The error of a send means that the supervisor is gone; `disconnect` then ends this process.
    .then((reply) => process.send?.(reply, () => undefined))
})
process.on("disconnect", () => process.exit(0))
// Ctrl-C reaches the whole process group; this process goes when its supervisor lets it go.
process.on("SIGINT", () => undefined)
process.on("SIGTERM", () => undefined)
