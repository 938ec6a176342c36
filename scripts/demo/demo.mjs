/** The demo's life: what has to be there, in which order, and what may happen at the same time. */
import fs from "node:fs"
import path from "node:path"
import { ensureInstalled } from "../lib/install.mjs"
import { removeCluster, startPostgres } from "../lib/postgres.mjs"
import { checks, firstRecommendation } from "./check.mjs"
import { Processes } from "./processes.mjs"
import { stampOf, State } from "./state.mjs"
import { serveStorefront } from "./storefront-server.mjs"

const DATABASE = "medusa"
const SEED = 1
const ADMIN = { email: "admin@example.com", password: "personalization" }
const SHOPPER = { email: "robin@example.com", password: "personalization" }

const SERVER_SOURCES = [
  "src",
  "migrations",
  "medusa-config.js",
  "tsconfig.json",
  "package-lock.json",
  "scripts/demo/build-server.mjs",
]
const STOREFRONT_SOURCES = ["examples/storefront", "packages/storefront", "package-lock.json"]
const MIGRATION_SOURCES = ["migrations", "package-lock.json", "src/links", "medusa-config.js"]
const PICTURE_SOURCES = ["packages/simulator/src"]

export class Demo {
  /** True when everything is up. */
  ready = false
  #stopping

  /** @param {{ root: string, options: ReturnType<import("./options.mjs").readOptions>, progress: import("./console.mjs").Progress }} dependencies */
  constructor({ root, options, progress }) {
    this.root = root
    this.options = options
    this.progress = progress
    this.folder = path.join(root, ".demo")
    this.postgresData = path.join(this.folder, "postgres")
    if (options.reset) this.#reset()
    this.state = new State(this.folder)
    this.processes = new Processes(path.join(this.folder, "logs"))
    this.install = new AbortController()
    this.storeUrl = `http://localhost:${options.port}`
    this.storefrontUrl = `http://localhost:${options.storefrontPort}`
  }

  at = (...parts) => path.join(this.folder, ...parts)
  bin = (name) => path.join(this.root, "node_modules", name)

  #reset() {
    removeCluster(this.postgresData)
    // What was built from unchanged sources is no data and would only be built again.
    for (const name of ["state.json", "shop.json"]) fs.rmSync(path.join(this.folder, name), { force: true })
  }

  /** @param {number} begun `performance.now()` of the moment at which the user pressed enter */
  async bringUp(begun) {
    const { progress } = this
    await this.#installed()
    await progress.step("PostgreSQL", () => this.#database())
    // Two cores: the store is filled while its production build is made.
    await Promise.all([this.#filled(), this.#built()])
    this.shop = JSON.parse(fs.readFileSync(this.at("shop.json"), "utf8"))
    await progress.step("storefront and store", () => this.#served())
    this.secondsToFirst = (performance.now() - begun) / 1000
    if (this.options.trickle && !this.options.once) this.#trickle()
    this.ready = true
  }

  async #installed() {
    const started = performance.now()
    let shown = false
    const onProgress = (seconds) => {
      if (!shown) this.progress.print("… installing packages, which takes a few minutes the first time")
      shown = true
      if (seconds % 15 < 5) this.progress.print(`  installing ${Math.round(seconds)} s`)
    }
    const installed = await ensureInstalled({ onProgress, signal: this.install.signal })
    if (installed) this.progress.print(`✓ packages  ${((performance.now() - started) / 1000).toFixed(1)} s`)
  }

  async #database() {
    this.postgres = await startPostgres({ dataDir: this.postgresData, port: this.options.postgresPort })
    await this.postgres.createDatabase(DATABASE, { anew: !this.state.isCurrent("filled", String(SEED)) })
  }

  /** Migrated, seeded, with a past and trained models. */
  async #filled() {
    const { progress, processes, state } = this
    const stamp = stampOf(this.root, MIGRATION_SOURCES)
    const fresh = !state.isCurrent("filled", String(SEED))
    if (fresh || !state.isCurrent("migrations", stamp)) {
      await progress.step("database migrations", () =>
        processes.run("migrate", this.#medusa("db:migrate"), { cwd: this.root, env: this.#storeEnv(true) })
      )
      state.set("migrations", stamp)
    }
    if (!fresh) return
    await progress.step("shop, shoppers, history and training", (onProgress) =>
      processes.run("setup", this.#medusa("exec", "./scripts/demo/setup.ts"), {
        cwd: this.root,
        env: {
          ...this.#storeEnv(true),
          DEMO_SHOP_FILE: this.at("shop.json"),
          DEMO_SEED: String(SEED),
          DEMO_ADMIN_EMAIL: ADMIN.email,
          DEMO_ADMIN_PASSWORD: ADMIN.password,
          DEMO_SHOPPER_EMAIL: SHOPPER.email,
          DEMO_SHOPPER_PASSWORD: SHOPPER.password,
        },
        onProgress,
      })
    )
    state.set("filled", String(SEED))
  }

  async #built() {
    await this.#make("pictures", "pictures", PICTURE_SOURCES, this.at("static"), (folder) =>
      this.processes.run(
        "pictures",
        ["--import", "tsx", "scripts/demo/pictures.ts", path.join(folder, "pictures"), String(SEED)],
        {
          cwd: this.root,
        }
      )
    )
    await this.#make(
      "storefront",
      "storefront build",
      STOREFRONT_SOURCES,
      this.at("storefront"),
      async (folder) => {
        await this.processes.run("storefront-sdk", ["packages/storefront/build.mjs"], { cwd: this.root })
        await this.processes.run(
          "storefront",
          [this.bin("vite/bin/vite.js"), "build", "--outDir", folder, "--emptyOutDir"],
          {
            cwd: path.join(this.root, "examples/storefront"),
          }
        )
      }
    )
    await this.#make("server", "production build with admin", SERVER_SOURCES, this.at("server"), (folder) =>
      this.processes.run("build", ["--import", "tsx", "scripts/demo/build-server.mjs", this.root, folder], {
        cwd: this.root,
        env: this.#storeEnv(false),
      })
    )
  }

  /** Makes a folder anew when the sources have changed; the old one serves until the new one is complete. */
  async #make(key, name, sources, folder, work) {
    const stamp = stampOf(this.root, sources)
    const stampFile = path.join(folder, ".stamp")
    if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === stamp) return
    const fresh = `${folder}.new`
    await this.progress.step(name, async () => {
      fs.rmSync(fresh, { recursive: true, force: true })
      await work(fresh)
      fs.writeFileSync(path.join(fresh, ".stamp"), stamp)
      fs.rmSync(folder, { recursive: true, force: true })
      fs.renameSync(fresh, folder)
    })
  }

  async #served() {
    // Medusa serves `static` below its folder, which is where the admin finds the pictures.
    const link = this.at("server", "static")
    fs.rmSync(link, { recursive: true, force: true })
    fs.symlinkSync(path.join("..", "static"), link, "junction")
    this.storefront = await serveStorefront({
      root: this.at("storefront"),
      statics: this.at("static"),
      port: this.options.storefrontPort,
      config: {
        backendUrl: this.storeUrl,
        publishableKey: this.shop.publishableKey,
        regionId: this.shop.regions[0].id,
      },
    })
    this.server = this.processes.start("server", this.#medusa("start", "--port", String(this.options.port)), {
      cwd: this.at("server"),
      env: this.#storeEnv(false),
    })
    await firstRecommendation(
      { store: this.storeUrl, publishableKey: this.shop.publishableKey },
      { running: this.server.running, logFile: this.server.logFile }
    )
  }

  #trickle() {
    const args = ["--import", "tsx", "scripts/demo/trickle.ts", this.at("shop.json"), this.storeUrl]
    this.processes.start("trickle", args, { cwd: this.root })
  }

  /** Checks everything over HTTP and prints what was seen. @returns {Promise<boolean>} whether all of it holds */
  async check() {
    let passed = true
    const shop = { ...this.shop, store: this.storeUrl, storefront: this.storefrontUrl, admin: ADMIN }
    for (const { name, run } of checks(shop)) {
      try {
        this.progress.print(`✓ ${name}: ${await run()}`)
      } catch (error) {
        passed = false
        this.progress.print(`✗ ${name}: ${error.message}`)
      }
    }
    this.progress.print(`${this.secondsToFirst.toFixed(1)} seconds to the first recommendation`)
    return passed
  }

  /** Tells where everything is and what to look at. */
  invite() {
    this.progress.print(`
Up after ${this.secondsToFirst.toFixed(0)} s. ${this.shop.products.length} products, ${this.shop.shoppers} shoppers, ${this.shop.events} events of ${this.shop.days} days.

  Storefront  ${this.storefrontUrl}
              log in as ${SHOPPER.email} / ${SHOPPER.password}, or stay anonymous
  Admin       ${this.storeUrl}/app
              ${ADMIN.email} / ${ADMIN.password}
  Logs        ${path.relative(process.cwd(), this.processes.logs)}/

  Look at
  1. the storefront's home page: agree to personalization, open three products of one category, go back home
  2. a tent, a notebook or a teapot: "Bought together" finds the partner that shoppers were planted to buy with it
  3. ${this.storeUrl}/app/personalization: events per minute, the live model against popularity, train now, roll back
  4. any product in the admin: "Recommended with"
${this.options.trickle ? "\n  Simulated shoppers go on shopping meanwhile, so lists move while you look (--no-trickle to be alone).\n" : ""}
Ctrl-C ends everything; the next start keeps the data, \`npm start -- --reset\` begins anew.`)
  }

  /** Resolves with the process that ended though it should run. */
  fallen() {
    return this.server.exited.then(() => this.server)
  }

  stop() {
    this.#stopping ??= (async () => {
      this.install.abort()
      await this.storefront?.close()
      await this.processes.stop()
      await this.postgres?.stop()
    })()
    return this.#stopping
  }

  /** In the built server Medusa runs JavaScript; in the repository itself, TypeScript. */
  #medusa(command, ...args) {
    const cli = this.bin("@medusajs/cli/cli.js")
    return command === "start" ? [cli, command, ...args] : ["--import", "tsx", cli, command, ...args]
  }

  /** @param {boolean} filling a crash while the store is filled costs no data: it would be filled again */
  #storeEnv(filling) {
    const { port, storefrontPort } = this.options
    const both = (wanted) => `http://localhost:${wanted},http://127.0.0.1:${wanted}`
    return {
      NODE_ENV: "production",
      DATABASE_URL: this.postgres.url(DATABASE),
      ...(filling ? { PGOPTIONS: "-c synchronous_commit=off" } : {}),
      MEDUSA_WORKER_MODE: "shared",
      PORT: String(port),
      STORE_CORS: both(storefrontPort),
      ADMIN_CORS: both(port),
      AUTH_CORS: `${both(storefrontPort)},${both(port)}`,
      JWT_SECRET: this.state.data.secrets.jwt,
      COOKIE_SECRET: this.state.data.secrets.cookie,
    }
  }
}
