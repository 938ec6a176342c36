import { randomBytes } from "node:crypto"
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Client } from "pg"
import { v7 as uuidv7 } from "uuid"
import { installStore, packPlugin, run, startStore } from "./fresh-store"
import type { RunningStore } from "./fresh-store"

const MINUTE = 60_000
const TEST_DATABASE = process.env.PERSONALIZATION_TEST_DATABASE_URL
const ADMIN = { email: "merchant@example.com", password: "a-merchants-password" }
const GRANTED = "analytics,personalization,experimentation,model_training"

const describeWithDatabase = TEST_DATABASE || process.env.CI ? describe : describe.skip
if (!TEST_DATABASE)
  console.warn("pack test skipped: run it through `node scripts/jest.mjs --selectProjects pack`")

async function asOwner(statement: string) {
  const owner = new Client({ connectionString: TEST_DATABASE })
  await owner.connect()
  await owner.query(statement).finally(() => owner.end())
}

/** A shop that has just been set up by somebody who has nothing but the tarball. */
describeWithDatabase("the tarball in a fresh Medusa store", () => {
  const database = `pack_${randomBytes(4).toString("hex")}`
  let work: string
  let store: string
  let server: RunningStore
  let postgres: Client
  let key: { token: string; salesChannel: string }
  let token: string

  const admin = async (method: string, path: string, body?: unknown) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }
  const shopper = (path: string, init: RequestInit = {}) =>
    fetch(`${server.url}/store/personalization/${path}`, {
      ...init,
      headers: {
        "x-publishable-api-key": key.token,
        "x-personalization-visitor": "01930000-0000-7000-8000-00000000000a",
        "x-personalization-session": "01930000-0000-7000-8000-00000000000b",
        "x-personalization-consent": GRANTED,
        "content-type": "application/json",
      },
    })

  /** Asks until the answer is there: Medusa delivers its events after the response. */
  const eventually = async <T>(ask: () => Promise<T | undefined>): Promise<T> => {
    for (let attempt = 0; attempt < 120; attempt++) {
      const answer = await ask()
      if (answer !== undefined) return answer
      await sleep(250)
    }
    throw new Error(`nothing came within 30 s; the server said:\n${server.output().slice(-4_000)}`)
  }

  beforeAll(async () => {
    work = realpathSync(mkdtempSync(join(tmpdir(), "personalization-pack-")))
    await asOwner(`create database ${database}`)
    const url = new URL(TEST_DATABASE as string)
    url.pathname = `/${database}`
    const env = { DATABASE_URL: url.href, JWT_SECRET: "pack-test", COOKIE_SECRET: "pack-test" }
    postgres = new Client({ connectionString: url.href })
    await postgres.connect()

    store = await installStore(work, await packPlugin(work))
    const medusa = join(store, "node_modules/.bin/medusa")
    await Promise.all([run(medusa, ["db:migrate"], store, env), run(medusa, ["build"], store, env)])
    server = await startStore(store, env)

    const { status } = await fetch(`${server.url}/inspect`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(ADMIN),
    })
    expect(status).toBe(200)
    const login = await fetch(`${server.url}/auth/user/emailpass`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(ADMIN),
    })
    token = (await login.json()).token
    const { api_keys } = await admin("GET", "/admin/api-keys?type=publishable&fields=token,sales_channels.id")
    key = { token: api_keys[0].token, salesChannel: api_keys[0].sales_channels[0].id }
  }, 14 * MINUTE)

  afterAll(async () => {
    await server?.stop()
    await postgres?.end()
    await asOwner(`drop database if exists ${database} with (force)`)
    if (work) rmSync(work, { recursive: true, force: true })
  }, MINUTE)

  const inspect = async () => (await fetch(`${server.url}/inspect`)).json()

  it("is the installed copy, not this repository", async () => {
    const { plugin, loadedFrom } = await inspect()
    const home = join(store, "node_modules/medusa-plugin-personalization")
    expect(plugin).toBe(join(home, "package.json"))
    expect(loadedFrom.length).toBeGreaterThan(0)
    expect(loadedFrom.filter((file: string) => !file.startsWith(home))).toEqual([])
  })

  it("ships no tests and no sources of tests", () => {
    const shipped = readdirSync(join(store, "node_modules/medusa-plugin-personalization"), {
      recursive: true,
    })
    expect(shipped.map(String).filter((file) => /(\.test|\.spec|\.contract)\.|__tests__/.test(file))).toEqual(
      []
    )
  })

  it("has migrated into a schema of its own", async () => {
    const { rows } = await postgres.query(
      "select table_name from information_schema.tables where table_schema = 'personalization'"
    )
    expect(rows.length).toBeGreaterThan(5)
    const again = await postgres.query(
      "select 1 from information_schema.tables where table_schema = 'public'"
    )
    expect(again.rowCount).toBeGreaterThan(100)
  })

  it("has its job on a schedule", async () => {
    const { jobs } = await inspect()
    expect(jobs.map((job: { id: string }) => job.id)).toContain("job-personalization-train")
  })

  it("learns of a product that the merchant creates, and takes what a shopper does with it", async () => {
    const { product } = await admin("POST", "/admin/products", {
      title: "Enamel mug",
      status: "published",
      options: [{ title: "Colour", values: ["blue"] }],
      variants: [
        {
          title: "blue",
          options: { Colour: "blue" },
          prices: [{ currency_code: "eur", amount: 12 }],
          manage_inventory: false,
        },
      ],
      sales_channels: [{ id: key.salesChannel }],
    })
    const row = await eventually(async () => {
      const { rows } = await postgres.query("select * from personalization.items where id = $1", [product.id])
      return rows[0]
    })
    expect(JSON.stringify(row)).toContain("Enamel mug")

    const now = Date.now()
    const events = [{ event_id: uuidv7(), type: "view_item", ts: now, items: [{ product_id: product.id }] }]
    const answer = await shopper("events", { method: "POST", body: JSON.stringify({ sent_at: now, events }) })
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 202,
      body: { accepted: 1, rejected: [] },
    })
  })

  it("recommends", async () => {
    const answer = await shopper("recommendations?placement=home-for-you")
    const body = await answer.json()
    expect(answer.status).toBe(200)
    expect(body).toMatchObject({
      placement: "home-for-you",
      request_id: expect.any(String),
      items: expect.any(Array),
    })
  })

  it("answers the merchant's page, and the admin holds it", async () => {
    const { checklist } = await admin("GET", "/admin/personalization/overview")
    expect(checklist.length).toBeGreaterThan(0)

    expect((await fetch(`${server.url}/app/`)).status).toBe(200)
    const assets = join(store, ".medusa/server/public/admin/assets")
    const bundle = readdirSync(assets).filter((name) => name.endsWith(".js"))
    const holds = (text: string) =>
      bundle.some((name) => readFileSync(join(assets, name), "utf8").includes(text))
    expect(holds("/admin/personalization")).toBe(true)
    expect(holds("recommended-with")).toBe(true)
  })
})
