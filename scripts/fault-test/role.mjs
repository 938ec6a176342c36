/** A process of the shop that may be killed at any moment and is started again, as an orchestrator would. */
import { spawn } from "node:child_process"
import fs from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

export class Role {
  kills = 0
  #child
  #stopping = false

  /**
   * @param {{ name: string, args: string[], cwd: string, env: Record<string, string>, health: string, logs: string,
   *   url?: string }} options `args` of node; `health`: answers 200 when it is ready; `url`: where it takes requests
   */
  constructor(options) {
    Object.assign(this, options)
    this.log = fs.openSync(path.join(options.logs, `${options.name}.log`), "w")
  }

  /** Starts it, and again whenever it ends, until `stop`. Resolves when it is ready for the first time. */
  async start() {
    this.#run()
    await this.ready()
  }

  #run() {
    this.#child = spawn(process.execPath, this.args, {
      cwd: this.cwd,
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

  async isReady() {
    const answer = await fetch(this.health, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined)
    return answer?.status === 200
  }

  kill() {
    this.kills++
    this.#signal("SIGKILL")
  }

  /** In good order. */
  async stop() {
    this.#stopping = true
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
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
