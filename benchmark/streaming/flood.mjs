/**
 * Sends what stdin orders, over many connections, and prints what came of it. For overload.mjs.
 *
 * With a rate the load is open: requests are due by the clock, whether or not earlier ones were answered (Schroeder,
 * Wierman, Harchol-Balter: Open versus closed, NSDI 2006). A connection bears one request at a time; what is due while
 * all of them wait is told as `unsent`. Requests are bytes that were made beforehand, so that the sender takes little
 * of a machine that it shares with the server.
 */
import { randomInt } from "node:crypto"
import net from "node:net"
import { askFor, headersOf, quantiles, views } from "./lib.mjs"

const BATCH = 100
const TICK_MS = 5
/** Nobody waits longer for a list. */
const PATIENCE_MS = 10_000
const POOL = 200

let text = ""
for await (const chunk of process.stdin) text += chunk
const order = JSON.parse(text)
const { hostname, port } = new URL(order.url)
const nextRequest = order.what === "events" ? eventRequests(order) : listRequests(order)

/** Connections that wait for nothing, the one that has rested longest first. */
const idle = []
const latencies = []
const statuses = {}
const errors = {}
let sent = 0
let timeouts = 0
let ended = false

class Connection {
  /** When the request went out; undefined: none is under way. */
  since
  #status
  /** Bytes of the answer that are still to come. */
  #left = 0
  #head = ""

  constructor() {
    this.#connect()
  }

  #connect() {
    this.since = undefined
    this.#head = ""
    this.#left = 0
    this.socket = net.connect({ host: hostname, port: Number(port), noDelay: true })
    this.socket.once("connect", () => this.#free())
    this.socket.on("data", (chunk) => this.#read(chunk))
    this.socket.on("error", ({ code }) => (errors[code] = (errors[code] ?? 0) + 1))
    this.socket.once("close", () => {
      if (ended) return
      if (this.since !== undefined) errors.closed = (errors.closed ?? 0) + 1
      const at = idle.indexOf(this)
      if (at >= 0) idle.splice(at, 1)
      setTimeout(() => this.#connect(), 100)
    })
  }

  #free() {
    this.since = undefined
    if (order.rate || ended) idle.push(this)
    else this.send()
  }

  send() {
    this.since = performance.now()
    sent++
    this.socket.write(nextRequest())
  }

  #read(chunk) {
    let rest = chunk
    if (this.#left === 0) {
      this.#head += chunk.latin1Slice()
      const end = this.#head.indexOf("\r\n\r\n")
      if (end < 0) return
      this.#status = this.#head.slice(9, 12)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#head)?.[1] ?? 0)
      rest = { length: this.#head.length - end - 4 }
      this.#left = length
      this.#head = ""
    }
    this.#left -= rest.length
    if (this.#left > 0) return
    this.#left = 0
    statuses[this.#status] = (statuses[this.#status] ?? 0) + 1
    latencies.push(performance.now() - this.since)
    this.#free()
  }

  impatient(now) {
    if (this.since === undefined || now - this.since < PATIENCE_MS) return
    timeouts++
    this.since = undefined
    this.socket.destroy()
  }
}

const connections = Array.from({ length: order.connections }, () => new Connection())
const began = performance.now()
const duration = order.seconds * 1_000
let due = 0
let unsent = 0
let last = began
while (performance.now() - began < duration) {
  await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  const now = performance.now()
  if (order.rate) {
    due += ((now - last) * order.rate) / 1_000
    for (; due >= 1; due--) {
      const free = idle.shift()
      if (free) free.send()
      else unsent++
    }
  }
  if (Math.floor(now / 1_000) !== Math.floor(last / 1_000)) for (const one of connections) one.impatient(now)
  last = now
}
ended = true
const answered = latencies.length
// What is under way may still be answered, or be given up.
for (const until = performance.now() + PATIENCE_MS; performance.now() < until;) {
  if (connections.every(({ since }) => since === undefined)) break
  await new Promise((resolve) => setTimeout(resolve, 50))
}
timeouts += connections.filter(({ since }) => since !== undefined).length
const good = (statuses[200] ?? 0) + (statuses[202] ?? 0)
const { p50, p99, max } = quantiles(latencies)
console.log(
  JSON.stringify({
    perSecond: (sent + unsent) / order.seconds,
    sentPerSecond: sent / order.seconds,
    answeredPerSecond: (good / latencies.length) * (answered / order.seconds),
    statuses,
    errors,
    timeouts,
    unsent,
    p50,
    p99,
    max,
  })
)
process.exit(0)

function head(line, headers) {
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [line, `host: ${hostname}:${port}`, ...fields, "\r\n"].join("\r\n")
}

function listRequests({ key }) {
  const path = "/store/personalization/recommendations?placement=home-for-you&limit=8"
  const all = Array.from({ length: 5_000 }, (_, n) =>
    Buffer.from(head(`GET ${path} HTTP/1.1`, askFor(`flood-${n}`, key)))
  )
  let n = 0
  return () => all[n++ % all.length]
}

/** Batches from a pool, each time with ids of their own: the last twelve digits count. */
function eventRequests({ key, products }) {
  const pool = Array.from({ length: POOL }, () => {
    const body = JSON.stringify({ events: views(BATCH, products, "flood") })
    const headers = { ...headersOf(key), "content-length": Buffer.byteLength(body) }
    const bytes = Buffer.from(`${head("POST /store/personalization/events HTTP/1.1", headers)}${body}`)
    const ids = []
    for (let at = bytes.indexOf('"event_id":"'); at >= 0; at = bytes.indexOf('"event_id":"', at + 1))
      ids.push(at + '"event_id":"'.length + 24)
    return { bytes, ids }
  })
  // Senders that begin at once must not count alike.
  let serial = randomInt(2 ** 40)
  let n = 0
  return () => {
    const { bytes, ids } = pool[n++ % POOL]
    for (const at of ids) bytes.latin1Write((serial++).toString(16).padStart(12, "0"), at)
    // The socket may hold on to what it was given.
    return Buffer.from(bytes)
  }
}
