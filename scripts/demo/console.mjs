/** What `npm start` shows while it works: one line for each step with its seconds, and what is going on right now. */
import { Stopped } from "./processes.mjs"

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** On a terminal a live line at the bottom; in a file or pipe a line every ten seconds. */
export class Progress {
  #steps = new Map()
  #tty = process.stdout.isTTY === true && !process.env.CI
  #timer
  #live = false
  #taken = []

  /** Runs `work`, showing `name` and whatever `detail` it is told about. */
  async step(name, work) {
    const state = { since: performance.now(), detail: "" }
    this.#steps.set(name, state)
    if (!this.#tty) this.print(`… ${name}`)
    this.#watch()
    try {
      const result = await work((detail) => (state.detail = detail))
      this.#end(name, "✓")
      return result
    } catch (error) {
      this.#end(name, error instanceof Stopped ? "–" : "✗")
      throw error
    }
  }

  /** Steps done so far with their seconds. */
  get taken() {
    return this.#taken
  }

  /** Prints a line above the live one. */
  print(text) {
    this.#clear()
    process.stdout.write(`${text}\n`)
    this.#draw()
  }

  #end(name, sign) {
    const { since } = this.#steps.get(name)
    this.#steps.delete(name)
    if (!this.#steps.size) {
      clearInterval(this.#timer)
      this.#timer = undefined
    }
    this.#taken.push({ name, seconds: (performance.now() - since) / 1000 })
    this.print(`${sign} ${name}  ${seconds(since)}`)
  }

  #watch() {
    this.#timer ??= setInterval(() => (this.#tty ? this.#draw() : this.#report()), this.#tty ? 200 : 10_000)
    this.#timer.unref()
  }

  #text = () =>
    [...this.#steps].map(([name, { since, detail }]) => `${name}${detail && `: ${detail}`} ${seconds(since)}`)

  #report() {
    for (const line of this.#text()) process.stdout.write(`  ${line}\n`)
  }

  #draw() {
    if (!this.#tty || !this.#steps.size) return
    this.#clear()
    const line = `… ${this.#text().join(" · ")}`
    const width = process.stdout.columns ?? 100
    process.stdout.write(line.length < width ? line : `${line.slice(0, width - 2)}…`)
    this.#live = true
  }

  #clear() {
    if (this.#live) process.stdout.write("\r\x1b[K")
    this.#live = false
  }
}
