/**
 * What holds the event loop of a `serve` process in its life: while it fills its features from the log, afterwards, and when
 * another version of the models goes live; with a calm stream of lists and events. Needs the demo (`npm start -- --once`).
 *
 *     node benchmark/serving/held-up.mjs [--products 100000] [--sessions 30000] [--seconds 90]
 */
import fs from "node:fs"
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import pg from "pg"
import { endChildrenWithMe } from "../../scripts/lib/run.mjs"
import { openLargeShop, someOf } from "../streaming/large-shop.mjs"
import { askFor, headersOf, views } from "../streaming/lib.mjs"

const { values: flags } = parseArgs({
  options: {
    products: { type: "string", default: "100000" },
    sessions: { type: "string", default: "30000" },
    seconds: { type: "string", default: "90" },
  },
})
const PLACEMENTS = ["home-for-you", "pdp-similar", "trending"]
/** Of each, one list, and 20 events with every twentieth. */
const PAUSE_MS = 30

endChildrenWithMe()
const logs = path.join(os.tmpdir(), "held-up")
const turns = path.join(logs, "turns.log")
const shop = await openLargeShop({
  products: flags.products,
  sessions: flags.sessions,
  transport: "embedded",
  logs,
  options: { retrieval: { index: "faiss" } },
})
try {
  fs.rmSync(turns, { force: true })
  const watch = new URL("watch-turns.cjs", import.meta.url).pathname
  const door = await shop.role("serve", "serve", {
    WORKERS: "1",
    TURNS: turns,
    NODE_OPTIONS: `--v8-pool-size=1 --require ${watch}`,
  })
  await door.start()
  const phases = [["history comes in", Date.now()]]
  const whole = door.whole().then(() => phases.push(["afterwards", Date.now()]))
  let over = false
  const calls = shoppersCome(door, () => over)
  await whole
  await sleep(1_000 * Number(flags.seconds))
  phases.push(["30 s from another version's coming", Date.now()])
  await promoteCopy()
  await sleep(30_000)
  phases.push(["then", Date.now()])
  await sleep(30_000)
  over = true
  await calls
  phases.push(["", Date.now()])
  tell(phases)
} finally {
  await shop.stop()
}
process.exit(0)

async function shoppersCome({ url }, over) {
  const ids = someOf(flags.products)
  for (let n = 0; !over(); n++) {
    const placement = PLACEMENTS[n % PLACEMENTS.length]
    const product = placement.startsWith("pdp") ? `&product_id=${ids[n % ids.length]}` : ""
    const list = `${url}/store/personalization/recommendations?placement=${placement}&limit=12${product}`
    await taken(await fetch(list, { headers: askFor(`held-up-${n % 499}`, shop.publishableKey) }))
    if (n % 20 === 0) {
      const body = JSON.stringify({ events: views(20, ids, "held-up") })
      const headers = headersOf(shop.publishableKey)
      await taken(await fetch(`${url}/store/personalization/events`, { method: "POST", headers, body }))
    }
    await sleep(PAUSE_MS)
  }
}

async function taken(answer) {
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${answer.url} gave ${answer.status}: ${text.slice(0, 200)}`)
}

/** Another version with the same models, as after a training. */
async function promoteCopy() {
  const client = new pg.Client(shop.databaseUrl)
  await client.connect()
  await client.query(`
    BEGIN;
    SET search_path = personalization;
    CREATE TEMPORARY TABLE live ON COMMIT DROP AS SELECT *, gen_random_uuid()::text AS copy FROM model_versions WHERE status = 'live';
    INSERT INTO model_versions (version, status, created_at, body)
      SELECT copy, 'candidate', now(), body || jsonb_build_object('version', copy) FROM live;
    INSERT INTO model_version_artifacts (version, model, hash)
      SELECT copy, model, hash FROM model_version_artifacts JOIN live USING (version);
    UPDATE model_versions SET status = 'retired' WHERE status = 'live';
    UPDATE model_versions SET status = 'live', promoted_at = now() WHERE version IN (SELECT copy FROM live);
    COMMIT;`)
  await client.end()
}

function tell(phases) {
  const lines = fs.existsSync(turns) ? fs.readFileSync(turns, "utf8").trim().split("\n") : []
  const long = lines.map((line) => line.split(" ").map(Number))
  for (let i = 0; i + 1 < phases.length; i++) {
    const [[name, from], [, to]] = [phases[i], phases[i + 1]]
    const its = long.filter(([at]) => at >= from && at < to).map(([, ms]) => ms)
    const beyond = (ms) => its.filter((one) => one > ms).length
    const all = its.reduce((sum, one) => sum + one, 0)
    console.log(
      `${name} (${((to - from) / 1_000).toFixed(0)} s): turns above 5 ms ${its.length}, 10 ms ${beyond(10)}, 20 ms ${beyond(20)}, ` +
        `50 ms ${beyond(50)}; the longest ${Math.max(0, ...its).toFixed(0)} ms; together ${(all / 1_000).toFixed(1)} s`
    )
  }
}
