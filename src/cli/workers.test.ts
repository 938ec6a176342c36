import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import http from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

import { workerArguments } from "./workers"

const directory = mkdtempSync(join(tmpdir(), "workers-"))
afterAll(() => rmSync(directory, { recursive: true }))

const SCRIPT = `
  import cluster from "node:cluster"
  import http from "node:http"
  import { endOnSignal } from ${JSON.stringify(join(__dirname, "end-on-signal"))}
  import { leadWorkers, workerArguments } from ${JSON.stringify(join(__dirname, "workers"))}
  if (cluster.isPrimary) {
    console.log("arguments " + workerArguments(2).join(" "))
    leadWorkers(2, { info() {}, warn: console.log })
  } else {
    console.log("arguments " + process.execArgv.join(" "))
    const server = http.createServer((_, response) => response.setHeader("connection", "close").end(String(process.pid)))
    server.listen(0, "127.0.0.1", () => console.log("listening " + server.address().port))
    let closing
    const close = () => new Promise((resolve) => setTimeout(() => server.close(() => resolve(true)), 500))
    endOnSignal(() => (closing ??= close()))
  }
`

function start() {
  const file = join(directory, "lead.ts")
  writeFileSync(file, SCRIPT)
  const lead = spawn(process.execPath, ["--import", "tsx", file], { stdio: ["ignore", "pipe", "inherit"] })
  const said: string[] = []
  createInterface({ input: lead.stdout }).on("line", (line) => said.push(line))
  const heard = async (text: string, times: number) => {
    while (said.filter((line) => line.includes(text)).length < times) await pause()
    return said.find((line) => line.includes(text))!
  }
  const all = (text: string) => said.filter((line) => line.includes(text))
  const ended = new Promise<number | null>((resolve) => lead.once("exit", resolve))
  return { lead, heard, all, ended }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 20))

const ask = (port: number) =>
  new Promise<number>((resolve, reject) =>
    http
      .get({ port, host: "127.0.0.1", agent: false }, (response) => {
        let body = ""
        response.on("data", (part) => (body += part)).on("end", () => resolve(Number(body)))
      })
      .on("error", reject)
  )

/** Who answers, once two have. */
async function answering(port: number): Promise<Set<number>> {
  const pids = new Set<number>()
  while (pids.size < 2) pids.add(await ask(port))
  return pids
}

it("shares a port among workers, replaces one that dies, and ends in good order with all of them", async () => {
  const { lead, heard, all, ended } = start()
  const port = Number((await heard("listening", 2)).split(" ")[1])
  expect(new Set(all("arguments")).size).toBe(1)
  const [first, second] = await answering(port)
  process.kill(first, "SIGKILL")
  expect(await heard("has ended", 1)).toBe(`worker ${first} has ended (SIGKILL); starting another`)
  await heard("listening", 3)
  const pids = await answering(port)
  expect(pids.has(first)).toBe(false)
  expect(pids.has(second)).toBe(true)
  // As a service manager does that signals the whole group: the workers hear of it twice.
  for (const pid of pids) process.kill(pid, "SIGTERM")
  lead.kill("SIGTERM")
  expect(await ended).toBe(0)
  for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow("ESRCH")
}, 60_000)

describe("the arguments of workers", () => {
  const host = { execArgv: ["--enable-source-maps"], env: {} }

  it.each([
    [2, 2, 1],
    [1, 2, 1],
    [2, 8, 3],
  ])("leave the cores of %i workers of %i to them", (count, cores, helpers) => {
    expect(workerArguments(count, cores, host)).toEqual(["--enable-source-maps", `--v8-pool-size=${helpers}`])
  })

  it.each([
    ["the machine has enough", 16, host],
    ["the number was chosen", 2, { ...host, env: { NODE_OPTIONS: "--v8-pool-size=2" } }],
    ["the number was chosen for this process", 2, { env: {}, execArgv: ["--v8-pool-size=2"] }],
  ])("are this process's where %s", (_, cores, process) => {
    expect(workerArguments(2, cores, process)).toBe(process.execArgv)
  })
})
