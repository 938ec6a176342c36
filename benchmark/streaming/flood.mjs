/** Sends what stdin orders, over many connections and at a rate if there is one; prints what came of it. For overload.mjs. */
import autocannon from "autocannon"
import { askFor, headersOf, views } from "./lib.mjs"

const BATCH = 100
let text = ""
for await (const chunk of process.stdin) text += chunk
const { what, url, connections, seconds, rate, key, products } = JSON.parse(text)

let serial = 0
const lists = {
  path: "/store/personalization/recommendations?placement=home-for-you&limit=8",
  setupRequest: (request) => ({ ...request, headers: askFor(`flood-${serial++ % 5_000}`, key) }),
}
const events = {
  method: "POST",
  path: "/store/personalization/events",
  headers: headersOf(key),
  setupRequest: (request) => ({
    ...request,
    body: JSON.stringify({ events: views(BATCH, products, "flood") }),
  }),
}
const errors = {}
const flood = autocannon({
  url,
  connections,
  duration: seconds,
  ...(rate && { overallRate: rate, ignoreCoordinatedOmission: true }),
  timeout: 30,
  requests: [what === "events" ? events : lists],
})
flood.on("reqError", ({ code, message }) => (errors[code ?? message] = (errors[code ?? message] ?? 0) + 1))
const result = await flood
const statuses = Object.fromEntries(
  Object.entries(result.statusCodeStats).map(([status, { count }]) => [status, count])
)
console.log(
  JSON.stringify({
    perSecond: result.requests.total / result.duration,
    answeredPerSecond: result["2xx"] / result.duration,
    statuses,
    errors,
    timeouts: result.timeouts,
  })
)
