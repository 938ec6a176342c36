/** Sends what stdin orders, at a fixed rate whether it is answered or not; prints what came of it. For overload.mjs. */
import http from "node:http"
import { askFor, headersOf, views } from "./lib.mjs"

const BATCH = 100
let text = ""
for await (const chunk of process.stdin) text += chunk
const { what, url, rate, connections, seconds, key, products } = JSON.parse(text)

const agent = new http.Agent({ keepAlive: true, maxSockets: connections })
const statuses = {}
let sent = 0
let answered = 0
let errors = 0
let waiting = 0

function request(done) {
  sent++
  waiting++
  const events = what === "events"
  const path = events
    ? "/store/personalization/events"
    : "/store/personalization/recommendations?placement=home-for-you&limit=8"
  const headers = events ? headersOf(key) : askFor(`flood-${sent % 5_000}`, key)
  const call = http.request(
    `${url}${path}`,
    { method: events ? "POST" : "GET", headers, agent },
    (response) => {
      response.resume()
      response.once("end", () => end(response.statusCode))
    }
  )
  let over = false
  const end = (status) => {
    if (over) return
    over = true
    waiting--
    if (status === undefined) errors++
    else {
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status < 300) answered++
    }
    done?.()
  }
  call.once("error", () => end(undefined))
  call.setTimeout(30_000, () => call.destroy(new Error("no answer in 30 s")))
  call.end(events ? JSON.stringify({ events: views(BATCH, products, "flood") }) : undefined)
}

const until = performance.now() + seconds * 1_000
if (rate) {
  const begun = performance.now()
  while (performance.now() < until) {
    const due = Math.floor(((performance.now() - begun) / 1_000) * rate)
    // A sender that cannot keep up sends what it can, and says so by `sent`.
    for (let burst = 0; sent < due && waiting < connections && burst < 200; burst++) request()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  while (waiting > 0) await new Promise((resolve) => setTimeout(resolve, 50))
} else {
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) await new Promise((resolve) => request(resolve))
    })
  )
}
agent.destroy()
console.log(JSON.stringify({ sent, answered, statuses, errors }))
