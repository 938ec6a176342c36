/**
 * A shop out of several processes, for fault tests and benchmarks: a copy of the demo's database, Redis and Kafka of
 * its own, and any number of Medusa servers, `serve` and `consume`. The demo has to be there (`npm start -- --once`).
 */
import { spawn } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { freePort, startPostgres } from "./postgres.mjs"
import { startKafka } from "./services/kafka.mjs"
import { startRedis } from "./services/redis.mjs"

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")
const DEMO = path.join(ROOT, ".demo")
const SERVER = path.join(DEMO, "server")
const MEDUSA = path.join(ROOT, "node_modules/@medusajs/cli/cli.js")
const CLI = path.join(SERVER, "src/cli/index.js")

/** Nobody is held to a rate where one machine sends for a thousand shoppers. */
const NO_LIMITS = { ratePerIp: 1e9, ratePerKey: 1e9, ratePerVisitor: 1e9 }

export class Shop {
  roles = []

  /**
   * @param {{ database: string, logs: string, transport: "embedded" | "redis" | "kafka", options?: object,
   *   keepDatabase?: boolean, say?: (line: string) => void }} options
   *   `database`: name of the copy, made anew unless `keepDatabase`, and so is what Redis and Kafka hold; `options`:
   *   the plugin's, beside the addresses
   * @throws Error when there is no demo
   */
  static async open({ database, logs, transport, options = {}, keepDatabase = false, say = () => {} }) {
    if (!fs.existsSync(path.join(DEMO, "shop.json")))
      throw new Error("there is no demo yet; make it with `npm start -- --once`")
    const shop = new Shop()
    // They lead groups of their own, which nobody else would end.
    process.once("exit", () => shop.roles.forEach((role) => role.end()))
    Object.assign(shop, JSON.parse(fs.readFileSync(path.join(DEMO, "shop.json"), "utf8")))
    fs.mkdirSync(logs, { recursive: true })
    shop.logs = logs
    shop.database = database
    shop.postgresOptions = { dataDir: path.join(DEMO, "postgres"), port: await freePort() }
    shop.postgres = await startPostgres(shop.postgresOptions)
    await shop.postgres.createDatabase(database, { anew: !keepDatabase, template: "medusa" })
    // Streams of an earlier run would be handled first.
    if (!keepDatabase)
      for (const kept of ["redis", "kafka"])
        fs.rmSync(path.join(logs, kept), { recursive: true, force: true })
    const shared = transport !== "embedded"
    if (shared) shop.redis = await startRedis({ directory: path.join(logs, "redis") })
    if (transport === "kafka") shop.kafka = await startKafka({ directory: path.join(logs, "kafka"), say })
    shop.options = {
      ...options,
      ...(shop.redis && { redisUrl: shop.redis.url }),
      ...(shop.kafka && { kafkaBrokers: shop.kafka.brokers }),
      events: { ...NO_LIMITS, ...options.events },
    }
    shop.env = {
      NODE_ENV: "production",
      DATABASE_URL: shop.databaseUrl,
      PERSONALIZATION_OPTIONS: JSON.stringify(shop.options),
      JWT_SECRET: "not-a-secret",
      COOKIE_SECRET: "not-a-secret",
    }
    return shop
  }

  get databaseUrl() {
    return this.postgres.url(this.database)
  }

  /** What runs behind the processes, with versions. */
  get services() {
    const redis = this.redis && `Redis ${this.redis.version}`
    return ["PostgreSQL", redis, this.kafka?.kind].filter(Boolean).join(", ")
  }

  /** A process of the shop, not started yet. @param {"medusa" | "serve" | "consume"} command */
  async role(name, command, env = {}) {
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}`
    const args = command === "medusa" ? [MEDUSA, "start", "--port", port] : [CLI, command, "--port", port]
    const health = `${url}/personalization/health/ready`
    const role = new Role({
      name,
      args,
      env: { ...this.env, PORT: port, ...env },
      health,
      logs: this.logs,
      url,
    })
    this.roles.push(role)
    return role
  }

  async restartPostgres() {
    this.postgres = await startPostgres(this.postgresOptions)
  }

  async stop() {
    await Promise.all(this.roles.map((role) => role.stop()))
    await this.kafka?.stop()
    await this.redis?.stop()
    await this.postgres.stop()
  }
}

/** A process that may be killed at any moment and is started again, as an orchestrator would. */
export class Role {
  kills = 0
  #child
  #stopping = false

  /**
   * @param {{ name: string, args: string[], env: Record<string, string>, health: string, logs: string,
   *   url: string }} options `args` of node; `health`: answers 200 when it is ready; `url`: where it takes requests
   */
  constructor(options) {
    Object.assign(this, options)
    this.log = fs.openSync(path.join(options.logs, `${options.name}.log`), "w")
  }

  get pid() {
    return this.#child.pid
  }

  /** Starts it, and again whenever it ends, until `stop`. Resolves when it is ready for the first time. */
  async start() {
    this.#run()
    await this.ready()
  }

  #run() {
    this.#child = spawn(process.execPath, this.args, {
      cwd: SERVER,
      env: { ...process.env, MEDUSA_DISABLE_TELEMETRY: "true", ...this.env },
      // A group of its own, so that SIGKILL reaches what it has started.
      detached: true,
      stdio: ["ignore", this.log, this.log],
    })
    this.#child.once("exit", async () => {
      this.#signal("SIGKILL")
      await sleep(100)
      if (!this.#stopping) this.#run()
    })
  }

  /** Resolves when it answers. @throws Error after two minutes */
  async ready() {
    for (const until = Date.now() + 120_000; Date.now() < until; await sleep(200))
      if (await this.isReady()) return
    throw new Error(`${this.name} is not ready after two minutes; see ${this.logs}/${this.name}.log`)
  }

  /** Resolves when nothing is missing any more, the rebuilt features included. @throws Error after two minutes */
  async whole() {
    for (const until = Date.now() + 120_000; Date.now() < until; await sleep(200))
      if ((await this.healthNow())?.status === "ok") return
    throw new Error(`${this.name} is not whole after two minutes: ${JSON.stringify(await this.healthNow())}`)
  }

  async isReady() {
    return (await this.healthNow())?.code === 200
  }

  /** @returns {Promise<{ code: number, status: string, checks: { name: string, ok: boolean }[] } | undefined>} */
  async healthNow() {
    const answer = await fetch(this.health, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined)
    return answer && { code: answer.status, ...(await answer.json().catch(() => ({}))) }
  }

  kill() {
    this.kills++
    this.#signal("SIGKILL")
  }

  /** At once, and for good. */
  end() {
    this.#stopping = true
    if (this.#child) this.#signal("SIGKILL")
  }

  /** In good order. */
  async stop() {
    this.#stopping = true
    if (!this.#child || this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise((resolve) => this.#child.once("exit", resolve))
    this.#signal("SIGTERM")
    await Promise.race([ended, sleep(15_000).then(() => this.#signal("SIGKILL"))])
  }

  #signal(signal) {
    try {
      process.kill(-this.#child.pid, signal)
    } catch (error) {
      if (error.code !== "ESRCH") throw error
    }
  }
}
