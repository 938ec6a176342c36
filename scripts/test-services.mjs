// `npm run test:services`: the tests that need real servers, with throwaway ones: PostgreSQL, Redis, a Redis Cluster of
// three and Kafka. Says which ran. Arguments are Jest's: `npm run test:services -- --testPathPatterns=redis`
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import pg from "pg"
import { guarded } from "./lib/guard.mjs"
import { freePort, startPostgres } from "./lib/postgres.mjs"
import { startKafka } from "./lib/services/kafka.mjs"
import { redisInstalled, startRedis, startRedisCluster } from "./lib/services/redis.mjs"

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..")
const CI = ["true", "1"].includes(process.env.CI ?? "")
const home = mkdtempSync(join(tmpdir(), "personalization-services-"))

const say = (name, line) => console.log(`service ${name.padEnd(13)} ${line}`)

/** @typedef {{ env: Record<string, string>, version: string, stop: () => Promise<unknown> }} Service */

/** @type {Record<string, () => Promise<Service>>} */
const SERVICES = {
  async PostgreSQL() {
    const dataDir = join(home, "postgres/data")
    const server = await startPostgres({ dataDir, port: await freePort(), throwaway: true })
    await server.createDatabase("personalization_test")
    const url = server.url("personalization_test")
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    const { rows } = await client.query("SHOW server_version")
    await client.end()
    const env = { PERSONALIZATION_TEST_DATABASE_URL: url }
    return { env, version: rows[0].server_version, stop: server.stop }
  },
  async Redis() {
    const { url, version, stop } = await startRedis({ directory: join(home, "redis") })
    return { env: { PERSONALIZATION_TEST_REDIS: url }, version, stop }
  },
  async "Redis Cluster"() {
    const { url, version, nodes, stop } = await startRedisCluster({ directory: join(home, "cluster") })
    const env = { PERSONALIZATION_TEST_REDIS_CLUSTER: url }
    return { env, version: `${version}, ${nodes.length} masters`, stop }
  },
  async Kafka() {
    const { brokers, kind, stop } = await startKafka({
      directory: join(home, "kafka"),
      say: (line) => say("Kafka", line),
    })
    const env = { PERSONALIZATION_TEST_KAFKA: brokers.join(","), PERSONALIZATION_TEST_KAFKA_KIND: kind }
    return { env, version: kind, stop }
  },
}

if (!redisInstalled() && !CI) {
  console.log("tests on real services are skipped: apt-get install redis-server kcat")
  process.exit(0)
}

/** @type {Service[]} */
const running = []
let jest
process.on("exit", () => rmSync(home, { recursive: true, force: true }))
// Without us the guards end what has been started.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
  process.on(signal, () => (jest ? jest.stop() : process.exit(1)))
try {
  await Promise.all(
    Object.entries(SERVICES).map(async ([name, start]) => {
      try {
        const service = await start()
        running.push(service)
        say(name, service.version)
      } catch (error) {
        // Its tests say that they are skipped, and fail in CI.
        say(name, `is missing: ${error.message}`)
      }
    })
  )
  const args = [join(ROOT, "scripts/jest.mjs"), "--selectProjects", "services", ...process.argv.slice(2)]
  jest = guarded(process.execPath, args, {
    cwd: ROOT,
    stdout: "inherit",
    stderr: "inherit",
    env: { ...process.env, ...Object.assign({}, ...running.map(({ env }) => env)) },
  })
  process.exitCode = await jest.exited
} finally {
  await Promise.all(running.map(({ stop }) => stop()))
}
