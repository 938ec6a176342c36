/** Loaded into a process (`node --require`), writes the turns of its event loop that took more than 5 ms to the file TURNS. */
const fs = require("node:fs")
const { isMainThread } = require("node:worker_threads")

/** ms */
const LONG = 5

if (isMainThread && process.env.TURNS && process.argv.includes("serve")) {
  const file = fs.openSync(process.env.TURNS, "a")
  let last = performance.now()
  let long = []
  const look = () => {
    const now = performance.now()
    // A millisecond of it is the timer's.
    if (now - last - 1 > LONG) long.push(`${performance.timeOrigin + last} ${now - last}\n`)
    last = now
    setTimeout(look, 1).unref()
  }
  look()
  setInterval(() => {
    if (long.length > 0) fs.writeSync(file, long.join(""))
    long = []
  }, 1_000).unref()
}
