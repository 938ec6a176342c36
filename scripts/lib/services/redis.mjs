/**
 * Redis as Debian's redis-server brings it, for tests: one server, or a cluster of masters on this machine.
 * Nothing outlives the process that started it (../guard.mjs).
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import net from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { guarded } from "../guard.mjs"
import { freePort } from "../postgres.mjs"
import { run } from "../run.mjs"

const HOST = "127.0.0.1"
const SERVER = "/usr/bin/redis-server"
const READY_MS = 30_000

/** Is Debian's redis-server there? */
export const redisInstalled = () => existsSync(SERVER)

/**
 * Starts a server whose data lies in `directory`; it is kept between starts.
 *
 * @param {{ directory: string, port?: number, appendonly?: boolean, flags?: string[] }} options
 *   `appendonly`: every write goes to a file before its answer, default true; `flags`: more of redis-server's
 * @returns {Promise<{ url: string, port: number, version: string, stop: () => Promise<void>,
 *   kill: (signal?: NodeJS.Signals) => Promise<void>, restart: () => Promise<void> }>}
 *   `kill` ends the server itself by a signal, default SIGKILL; `restart` brings an ended one back on its port
 */
export async function startRedis({ directory, port, appendonly = true, flags = [] }) {
  mkdirSync(directory, { recursive: true })
  const pidFile = join(directory, "redis.pid")
  port ??= await freePort()
  const settings = {
    port,
    bind: HOST,
    dir: directory,
    pidfile: pidFile,
    logfile: join(directory, "redis.log"),
    save: "",
    appendonly: appendonly ? "yes" : "no",
    appendfsync: "everysec",
  }
  const args = [
    ...Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...flags,
  ]
  let server
  const launch = async () => {
    server = guarded(SERVER, args, { cwd: directory })
    await ready(port, server.running).catch(async (error) => {
      await server.stop()
      const log = existsSync(settings.logfile) ? readFileSync(settings.logfile, "utf8").slice(-1_000) : ""
      throw new Error(`redis-server did not start in ${directory}: ${error.message}\n${log}`)
    })
  }
  await launch()
  return {
    url: `redis://${HOST}:${port}`,
    port,
    version: /redis_version:(\S+)/.exec(await ask(port, "INFO server"))?.[1] ?? "of unknown version",
    stop: async () => void (await server.stop()),
    async kill(signal = "SIGKILL") {
      process.kill(Number(readFileSync(pidFile, "utf8")), signal)
      await server.exited
    },
    async restart() {
      await server.stop()
      await launch()
    },
  }
}

/**
 * Starts a Redis Cluster of masters without replicas.
 *
 * @param {{ directory: string, nodes?: number }} options
 * @returns {Promise<{ url: string, version: string, stop: () => Promise<void>,
 *   nodes: Awaited<ReturnType<typeof startRedis>>[] }>} `url`: all nodes, separated by commas
 */
export async function startRedisCluster({ directory, nodes: count = 3 }) {
  const nodes = []
  const stop = async () => void (await Promise.all(nodes.map((node) => node.stop())))
  try {
    const addresses = []
    for (let i = 0; i < count; i++) {
      // By default the port of the bus is 10,000 above, which may be no port at all.
      const bus = await freePort()
      const flags = ["--cluster-enabled", "yes", "--cluster-port", String(bus)]
      const node = await startRedis({
        directory: join(directory, `node-${i}`),
        flags: [...flags, "--cluster-node-timeout", "5000"],
      })
      nodes.push(node)
      addresses.push(`${HOST}:${node.port}@${bus}`)
    }
    const create = ["--cluster", "create", ...addresses, "--cluster-replicas", "0", "--cluster-yes"]
    const { code, output } = await run("redis-cli", create, { timeoutMs: READY_MS })
    if (code !== 0) throw new Error(`redis-cli --cluster create failed:\n${output.slice(-1_000)}`)
    const deadline = performance.now() + READY_MS
    for (const { port } of nodes)
      while (!(await ask(port, "CLUSTER INFO")).includes("cluster_state:ok")) {
        if (performance.now() > deadline) throw new Error("the Redis Cluster did not become ready")
        await sleep(50)
      }
    return { url: nodes.map(({ url }) => url).join(","), version: nodes[0].version, nodes, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Waits until the server answers; while it reads its file it says LOADING. */
async function ready(port, running) {
  const deadline = performance.now() + READY_MS
  for (;;) {
    const answer = await ask(port, "PING").catch((error) => error.message)
    if (answer.startsWith("+PONG")) return
    if (!running() || performance.now() > deadline) throw new Error(answer)
    await sleep(30)
  }
}

/** One inline command, and the answer as it comes over the wire. @returns {Promise<string>} */
function ask(port, command) {
  return new Promise((resolve, reject) => {
    let answer = ""
    const socket = net.connect({ port, host: HOST }, () => socket.end(`${command}\r\nQUIT\r\n`))
    socket.setEncoding("utf8").setTimeout(5_000, () => socket.destroy(new Error("no answer")))
    socket.on("data", (text) => (answer += text))
    socket.once("error", reject)
    socket.once("close", () => resolve(answer))
  })
}
