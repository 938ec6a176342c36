// The demo as the tests use it: brought up once and checked by itself, then left running for HTTP and browser tests.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { freePort } from "./postgres.mjs"
import { run, start } from "./run.mjs"

/** Title of the price list that the demo takes costs from, should a test make one. */
const COST_LIST = "Test costs"

/** Ports nobody else uses: tests must not meet a demo that somebody is looking at. */
async function ports() {
  const [store, storefront, postgres] = [await freePort(), await freePort(), await freePort()]
  const flags = ["--port", store, "--storefront-port", storefront, "--postgres-port", postgres].map(String)
  return { flags, databaseUrl: `postgres://postgres:personalization@127.0.0.1:${postgres}/medusa` }
}

/** What the demo signs its customers' tokens with. */
function jwtSecretOf(root) {
  return JSON.parse(readFileSync(join(root, ".demo/state.json"), "utf8")).secrets.jwt
}

/**
 * `npm start -- --once`: everything from nothing, a look at it over HTTP, and the end.
 * @param {{ root: string, timeoutMs: number }} options
 */
export async function demoOnce({ root, timeoutMs }) {
  const { flags } = await ports()
  return run("node", [join(root, "scripts/start.mjs"), "--once", ...flags], { cwd: root, timeoutMs })
}

/**
 * `npm start`, for as long as tests need it.
 * @param {{ root: string, timeoutMs: number }} options
 * @returns {Promise<{ env?: Record<string, string>, output: () => string, stop: () => Promise<unknown> }>}
 *   `env` tells tests where it is; undefined when it did not come up in time
 */
export async function demoForTests({ root, timeoutMs }) {
  const { flags, databaseUrl } = await ports()
  let invited
  const invitation = new Promise((resolve) => (invited = resolve))
  const demo = start("node", [join(root, "scripts/start.mjs"), "--no-trickle", ...flags], {
    cwd: root,
    env: { PERSONALIZATION_OPTIONS: JSON.stringify({ ranking: { costPriceList: COST_LIST } }) },
    onText: () => {
      // What it tells a person to look at is all that a test needs to know.
      const found = /Storefront\s+(http\S+)[^]*Admin\s+(http\S+)\/app\s+(\S+@\S+) \/ (\S+)/.exec(
        demo.output()
      )
      if (found) invited(found.slice(1))
    },
  })
  let timer
  const tooLate = new Promise((resolve) => (timer = setTimeout(resolve, timeoutMs)))
  const ended = demo.exited.then(() => undefined)
  const [storefront, store, email, password] = (await Promise.race([invitation, ended, tooLate])) ?? []
  clearTimeout(timer)
  const env = store && {
    PERSONALIZATION_STORE_URL: store,
    PERSONALIZATION_STORE_DATABASE_URL: databaseUrl,
    PERSONALIZATION_STORE_JWT_SECRET: jwtSecretOf(root),
    PERSONALIZATION_STOREFRONT_URL: storefront,
    PERSONALIZATION_STORE_COST_LIST: COST_LIST,
    PERSONALIZATION_ADMIN_EMAIL: email,
    PERSONALIZATION_ADMIN_PASSWORD: password,
  }
  return { env, output: demo.output, stop: demo.stop }
}
