/** The demo's child processes: each guarded, each with its log file. */
import fs from "node:fs"
import path from "node:path"
import { guarded } from "../lib/guard.mjs"

const MARK = "@demo "

export class Processes {
  #running = new Set()
  #stopping = false

  /** @param {string} logs folder of the log files */
  constructor(logs) {
    this.logs = logs
    fs.mkdirSync(logs, { recursive: true })
  }

  /**
   * Starts a process that goes on; its output goes to `<logs>/<name>.log`.
   * @param {string} name
   * @param {string[]} args of node
   * @param {{ cwd?: string, env?: Record<string, string>, onProgress?: (detail: string) => void }} [options]
   */
  start(name, args, { cwd, env, onProgress } = {}) {
    if (this.#stopping) throw new Stopped()
    const file = path.join(this.logs, `${name}.log`)
    const log = fs.createWriteStream(file)
    const child = guarded(process.execPath, args, {
      cwd,
      env: { ...process.env, MEDUSA_DISABLE_TELEMETRY: "true", ...env },
      stdout: "pipe",
      stderr: "pipe",
      graceMs: 10_000,
    })
    for (const stream of [child.process.stdout, child.process.stderr]) stream.pipe(log, { end: false })
    if (onProgress) child.process.stdout.on("data", progressReader(onProgress))
    const handle = { ...child, name, logFile: file }
    this.#running.add(handle)
    void child.exited.then(() => {
      this.#running.delete(handle)
      log.end()
    })
    return handle
  }

  /** Runs a process to its end. @throws Error with the last lines of its log when it fails */
  async run(name, args, options) {
    const child = this.start(name, args, options)
    const code = await child.exited
    if (this.#stopping) throw new Stopped()
    if (code !== 0)
      throw new Error(
        `${name} failed (code ${code}).\n${tail(child.logFile)}\nThe whole log: ${child.logFile}`
      )
  }

  /** Ends all processes that run. From now on none can be started. */
  async stop() {
    this.#stopping = true
    await Promise.all([...this.#running].map((child) => child.stop()))
  }
}

/** The demo was asked to end while it was working. */
export class Stopped extends Error {
  constructor() {
    super("stopped")
  }
}

/** Last lines of a log, for an error message. */
export function tail(file, lines = 12) {
  const text = fs.existsSync(file) ? fs.readFileSync(file, "utf8") : ""
  const kept = text.split("\n").filter((line) => line.trim() && !line.startsWith(MARK))
  return kept
    .slice(-lines)
    .map((line) => `  | ${line.slice(0, 400)}`)
    .join("\n")
}

/** Picks the progress lines out of a script's output. */
function progressReader(onProgress) {
  let rest = ""
  return (chunk) => {
    const lines = (rest + chunk).split("\n")
    rest = lines.pop()
    for (const line of lines) {
      if (!line.startsWith(MARK)) continue
      const { step, done, total } = JSON.parse(line.slice(MARK.length))
      onProgress(total === undefined ? step : `${step} ${done}/${total}`)
    }
  }
}
