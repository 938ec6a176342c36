/**
 * Ten times more than one `serve` can take, for a minute: memory, answers, and how soon it is itself again.
 *
 *     node benchmark/streaming/overload.mjs [--what recommendations|events] [--seconds 60]
 *         [--connections 2000] [--times 10] [--transport redis|kafka|embedded]
 *
 * What it can take is measured first, by 16 callers. Then 2,000 ask at ten times that rate, from a process of their own,
 * while a single shopper goes on asking once in 100 ms.
 */
import { spawn } from "node:child_process"
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { endChildrenWithMe } from "../../scripts/lib/run.mjs"
import { Shop } from "../../scripts/lib/shop.mjs"
import { askFor, ms, quantiles, residentMb } from "./lib.mjs"

const { values: flags } = parseArgs({
  options: {
    what: { type: "string" },
    seconds: { type: "string", default: "60" },
    connections: { type: "string", default: "2000" },
    times: { type: "string", default: "10" },
    transport: { type: "string", default: "redis" },
  },
})
const SENDER = path.join(path.dirname(fileURLToPath(import.meta.url)), "flood.mjs")
endChildrenWithMe()

const logs = path.join(os.tmpdir(), "overload")
const { transport } = flags
const shop = await Shop.open({
  database: "overload",
  logs,
  transport,
  options: { events: { consume: false } },
})
try {
  const door = await shop.role("serve", "serve")
  const helpers = transport === "embedded" ? [] : [await shop.role("consume", "consume")]
  await Promise.all([door, ...helpers].map((role) => role.start()))
  await door.whole()
  for (const what of flags.what ? [flags.what] : ["recommendations", "events"]) await overload(what, door)
} finally {
  await shop.stop()
}
process.exit(0)

async function overload(what, door) {
  const seconds = Number(flags.seconds)
  const callers = { what, url: door.url, connections: 16 }
  // Code is compiled and shoppers' lists are made for the first time before anything is measured.
  await flood({ ...callers, seconds: 10 })
  const { answeredPerSecond: capacity } = await flood({ ...callers, seconds: 10 })
  const calm = await shopper(door.url, 3_000)
  console.log(
    `${what}: ${Math.round(capacity)} answers/s are what it gives to 16 callers; alone, a list takes ` +
      `p50 ${ms(calm.p50)}, p99 ${ms(calm.p99)}`
  )
  const memory = []
  const watch = setInterval(() => memory.push(Math.round(residentMb(door.pid))), 1_000)
  const rate = Math.round(capacity * Number(flags.times))
  const storm = flood({ what, url: door.url, connections: Number(flags.connections), rate, seconds })
  const meanwhile = shopper(door.url, seconds * 1_000 - 1_000)
  const { sentPerSecond, answeredPerSecond, unsent, statuses, errors, timeouts, ...times } = await storm
  const { p50, p99, refused, asked } = await meanwhile
  console.log(
    `  ${Math.round(sentPerSecond)} requests/s (${(sentPerSecond / capacity).toFixed(1)} ×) for ${seconds} s: ` +
      `${JSON.stringify(statuses)}, ${timeouts} time-outs, errors ${JSON.stringify(errors)}, ${unsent} not sent, for ` +
      `all connections waited; ${Math.round(answeredPerSecond)} of them/s taken; any answer p50 ${ms(times.p50)}, ` +
      `p99 ${ms(times.p99)}, max ${ms(times.max)}; a shopper's list meanwhile p50 ${ms(p50)}, p99 ${ms(p99)}, ` +
      `${refused} of ${asked} refused`
  )
  const healed = await calmAgain(door.url, calm)
  clearInterval(watch)
  console.log(
    `  normal again after ${healed.toFixed(1)} s; resident memory each 5 s: ` +
      `${memory.filter((_, i) => i % 5 === 0).join(" ")} MB`
  )
}

/** A process that sends; resolves with what it saw. */
async function flood(order) {
  const products = shop.products.slice(0, 300).map(({ id }) => id)
  const child = spawn(process.execPath, [SENDER], { stdio: ["pipe", "pipe", "inherit"] })
  child.stdin.end(JSON.stringify({ ...order, key: shop.publishableKey, products }))
  let output = ""
  for await (const chunk of child.stdout) output += chunk
  return JSON.parse(output)
}

/** One shopper who asks once in 100 ms. */
async function shopper(url, duration) {
  const times = []
  let refused = 0
  for (const until = performance.now() + duration; performance.now() < until; await sleep(100)) {
    const { status, time } = await ask(url)
    if (status === 200) times.push(time)
    else refused++
  }
  return { ...quantiles(times.length > 0 ? times : [NaN]), refused, asked: times.length + refused }
}

async function ask(url) {
  const began = performance.now()
  const answer = await fetch(`${url}/store/personalization/recommendations?placement=home-for-you&limit=8`, {
    headers: askFor("overload-shopper", shop.publishableKey),
  }).catch(() => undefined)
  await answer?.arrayBuffer()
  return { status: answer?.status, time: performance.now() - began }
}

/** Seconds until ten lists in a row take no longer than twice what the slowest did in calm. */
async function calmAgain(url, calm) {
  const began = performance.now()
  for (let inRow = 0; inRow < 10; await sleep(50)) {
    const { status, time } = await ask(url)
    inRow = status === 200 && time <= 2 * calm.p99 ? inRow + 1 : 0
    if (performance.now() - began > 60_000) return NaN
  }
  return (performance.now() - began) / 1_000
}
