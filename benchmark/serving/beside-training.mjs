/**
 * What a training run in the same process does to lists: lists asked for at a calm pace through Medusa's own server, in
 * stretches with runs one after the other and without, by turns. Needs the demo's production build (`npm start -- --once`).
 *
 *     node benchmark/serving/beside-training.mjs [--stretches 3] [--seconds 20] [--placement trending]
 */
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { endChildrenWithMe } from "../../scripts/lib/run.mjs"
import { Shop } from "../../scripts/lib/shop.mjs"
import { askFor, quantiles } from "../streaming/lib.mjs"

const { values: flags } = parseArgs({
  options: {
    stretches: { type: "string", default: "3" },
    seconds: { type: "string", default: "20" },
    placement: { type: "string", default: "trending" },
  },
})
/** The demo's. */
const ADMIN = { email: "admin@example.com", password: "personalization" }
/** ms between two lists. */
const PAUSE = 20

endChildrenWithMe()
const shop = await Shop.open({
  database: "medusa_training",
  logs: path.join(os.tmpdir(), "medusa-training"),
  transport: "embedded",
})
try {
  const door = await shop.role("door", "medusa")
  await door.start()
  await door.whole()
  const { token } = await posted(`${door.url}/auth/user/emailpass`, ADMIN)
  const who = { authorization: `Bearer ${token}` }
  const training = `${door.url}/admin/personalization/training`
  const times = { without: [], beside: [] }
  let runs = 0
  for (let stretch = -1; stretch < Number(flags.stretches); stretch++)
    for (const [kind, found] of Object.entries(times)) {
      const until = performance.now() + 1000 * Number(flags.seconds)
      const lists = asked(until)
      while (kind === "beside" && performance.now() < until) {
        await posted(training, {}, who)
        do await sleep(200)
        while ((await got(training, who)).runs.some(({ status }) => status === "running"))
        runs++
      }
      const its = await lists
      // The first stretch warms up.
      if (stretch >= 0) found.push(...its)
    }
  for (const [kind, found] of Object.entries(times)) {
    const { p50, p95, p99, max } = quantiles(found)
    console.log(
      `${flags.placement}, ${kind} training: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)}, p99 ${p99.toFixed(1)}, ` +
        `max ${max.toFixed(1)} (${found.length} lists)`
    )
  }
  console.log(`${runs} runs`)
} finally {
  await shop.stop()
}
process.exit(0)

async function posted(url, body, headers = {}) {
  return answered(
    await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    })
  )
}

async function got(url, headers) {
  return answered(await fetch(url, { headers }))
}

async function answered(response) {
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.url} gave ${response.status}: ${text.slice(0, 200)}`)
  return JSON.parse(text)
}

/** Milliseconds of each list until then. */
async function asked(until) {
  const found = []
  const url = `${shop.roles[0].url}/store/personalization/recommendations?placement=${flags.placement}&limit=12`
  for (let n = 0; performance.now() < until; n++) {
    const began = performance.now()
    await got(url, askFor(`training-${n % 499}`, shop.publishableKey))
    found.push(performance.now() - began)
    await sleep(PAUSE)
  }
  return found
}
