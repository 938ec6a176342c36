import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Worker } from "node:worker_threads"

/** The nice value of the thread that asks, by proc(5). */
const NICE = `Number(require("node:fs").readFileSync("/proc/thread-self/stat", "utf8").split(") ")[1].split(" ")[16])`

const WORKER = `
  const { parentPort, Worker } = require("node:worker_threads")
  require(${JSON.stringify(join(__dirname, "give-way.ts"))}).giveWay()
  const code = 'require("node:worker_threads").parentPort.postMessage(' + ${JSON.stringify(NICE)} + ')'
  new Worker(code, { eval: true }).once("message", (child) => parentPort.postMessage({ own: ${NICE}, child }))
`

const onLinux = process.platform === "linux" ? it : it.skip

onLinux("gives way with the calling thread and those that it starts, and with no other", async () => {
  const worker = new Worker(WORKER, { eval: true, execArgv: ["--require", require.resolve("tsx/cjs")] })
  const nice = await new Promise((resolve, reject) => {
    worker.once("message", resolve)
    worker.once("error", reject)
  })
  expect(nice).toEqual({ own: 10, child: 10 })
  expect(readFileSync("/proc/self/stat", "utf8").split(") ")[1].split(" ")[16]).toBe("0")
})
