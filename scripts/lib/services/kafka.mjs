/**
 * Kafka for tests: one real broker (KRaft, out of Maven Central's jars) where Java and Maven are, else librdkafka's
 * mock broker inside kcat. Which of the two it is is said, for the mock keeps nothing and knows less.
 *
 *     node scripts/lib/services/kafka.mjs run -- <command> [args…]
 *
 * starts a throwaway broker, runs the command with PERSONALIZATION_TEST_KAFKA (and …_KIND) set, and removes it when
 * the command ends.
 */
import { spawn } from "node:child_process"
import fs from "node:fs"
import net from "node:net"
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { guarded } from "../guard.mjs"
import { freePort } from "../postgres.mjs"
import { run } from "../run.mjs"

const VERSION = "3.9.1"
const HOST = "127.0.0.1"
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..")
const CACHE = path.join(root, "node_modules/.cache/kafka")
/** Any 16 bytes in base64; a cluster of one has nobody to be confused with. */
const CLUSTER_ID = "cGVyc29uYWxpemF0aW9uMQ"

/**
 * @typedef {object} TestKafka
 * @property {string[]} brokers `host:port`
 * @property {string} kind "Apache Kafka 3.9.1 (KRaft)" or "librdkafka mock (kcat)"
 * @property {() => Promise<void>} stop in good order; the data stays in the directory
 * @property {(signal: NodeJS.Signals) => Promise<void>} kill signals the broker; waits for its end if it ends by it
 * @property {() => Promise<void>} restart the same broker, port and data again, wherever it stood. The mock cannot.
 */

/**
 * @param {{ directory: string, port?: number, say?: (line: string) => void }} options `directory` holds configuration,
 *   log and data; with the same one the data is there again
 * @returns {Promise<TestKafka>}
 * @throws Error when there is neither Java with Maven nor kcat
 */
export async function startKafka({ directory, port, say = () => {} }) {
  fs.mkdirSync(directory, { recursive: true })
  const jars = await kafkaJars(say)
  if (jars) return startBroker(directory, jars, port ?? (await freePort()))
  return startMock(directory)
}

/** Folder of the jars, fetched once; undefined where they are not to be had. */
async function kafkaJars(say) {
  if (!(await works("java", ["-version"]))) {
    say("Kafka: there is no java (apt-get install openjdk-17-jre-headless), taking kcat's mock broker")
    return undefined
  }
  const jars = path.join(CACHE, VERSION)
  if (fs.existsSync(jars)) return jars
  if (!(await works("mvn", ["--version"]))) {
    say("Kafka: there is no mvn (apt-get install maven), taking kcat's mock broker")
    return undefined
  }
  fs.mkdirSync(CACHE, { recursive: true })
  const work = fs.mkdtempSync(path.join(CACHE, "fetch-"))
  try {
    fs.writeFileSync(path.join(work, "pom.xml"), POM)
    say(`Kafka: fetching the jars of ${VERSION} with Maven`)
    const { code, output } = await run(
      "mvn",
      ["-q", "-B", "dependency:copy-dependencies", `-DoutputDirectory=${path.join(work, "jars")}`],
      { cwd: work, timeoutMs: 5 * 60_000 }
    )
    if (code !== 0) {
      say(`Kafka: Maven cannot fetch the jars, taking kcat's mock broker:\n${output.trim().slice(-500)}`)
      return undefined
    }
    // Whoever else has fetched them meanwhile has the same.
    if (!fs.existsSync(jars)) fs.renameSync(path.join(work, "jars"), jars)
    return jars
  } finally {
    fs.rmSync(work, { recursive: true, force: true })
  }
}

const dependency = (group, artifact, version) =>
  `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`

/** The broker does not log without an implementation of slf4j. */
const POM = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>personalization</groupId><artifactId>test-kafka</artifactId><version>1</version>
  <dependencies>
    ${dependency("org.apache.kafka", "kafka_2.13", VERSION)}
    ${dependency("org.slf4j", "slf4j-simple", "1.7.36")}
  </dependencies>
</project>
`

async function works(command, args) {
  const { code } = await run(command, args, { timeoutMs: 60_000 })
  return code === 0
}

function serverProperties(directory, port, controllerPort) {
  const settings = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@${HOST}:${controllerPort}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    listeners: `PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controllerPort}`,
    "log.dirs": path.join(directory, "data"),
    "offsets.topic.replication.factor": 1,
    "offsets.topic.num.partitions": 4,
    "transaction.state.log.replication.factor": 1,
    "transaction.state.log.min.isr": 1,
    // Whoever needs a topic makes it, with the partitions that it wants.
    "auto.create.topics.enable": false,
    "group.initial.rebalance.delay.ms": 0,
    // Tests do not wait six seconds for a process that was killed.
    "group.min.session.timeout.ms": 500,
    // A broker that was killed may come back once the controller has noticed; by default that takes nine seconds.
    "broker.session.timeout.ms": 1_500,
    "broker.heartbeat.interval.ms": 300,
    "log.cleaner.dedupe.buffer.size": 8_388_608,
    "num.network.threads": 2,
    "num.io.threads": 4,
  }
  return `${Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join("\n")}\n`
}

/** @returns {Promise<TestKafka>} */
async function startBroker(directory, jars, port) {
  const config = path.join(directory, "server.properties")
  const pidFile = path.join(directory, "broker.pid")
  const logFile = path.join(directory, "broker.log")
  fs.writeFileSync(config, serverProperties(directory, port, await freePort()))
  const java = [
    ...["-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"],
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    ...["-cp", path.join(jars, "*")],
  ]
  if (!fs.existsSync(path.join(directory, "data/meta.properties"))) {
    const formatted = await run("java", [
      ...java,
      ...["kafka.tools.StorageTool", "format", "--cluster-id", CLUSTER_ID, "--config", config],
    ])
    if (formatted.code !== 0) throw new Error(`Kafka cannot format ${directory}:\n${formatted.output}`)
  }

  let broker
  const begin = async () => {
    const log = fs.openSync(logFile, "a")
    // The shell tells its process id and becomes the broker, so that tests can signal it past its guard.
    const script = 'echo $$ > "$1"; shift; exec java "$@"'
    broker = guarded("/bin/sh", ["-c", script, "sh", pidFile, ...java, "kafka.Kafka", config], {
      cwd: directory,
      stdout: log,
      stderr: log,
      graceMs: 20_000,
    })
    fs.closeSync(log)
    for (let attempt = 0; attempt < 600 && broker.running(); attempt++) {
      if (await answers(port)) return
      await sleep(100)
    }
    await broker.stop()
    const tail = fs.readFileSync(logFile, "utf8").trim().split("\n").slice(-10).join("\n")
    throw new Error(`Kafka did not start in ${directory} (log: ${logFile}):\n${tail}`)
  }
  const stop = async () => void (await broker.stop())
  await begin()
  return {
    brokers: [`${HOST}:${port}`],
    kind: `Apache Kafka ${VERSION} (KRaft)`,
    stop,
    async kill(signal) {
      process.kill(Number(fs.readFileSync(pidFile, "utf8")), signal)
      if (signal === "SIGKILL" || signal === "SIGTERM") await broker.exited
    },
    async restart() {
      await stop()
      await begin()
    },
  }
}

/** @returns {Promise<TestKafka>} */
async function startMock(directory) {
  const logFile = path.join(directory, "mock.log")
  const log = fs.openSync(logFile, "w")
  // The mock lives as long as kcat waits for messages on its standard input.
  const script = "tail -f /dev/null | kcat -P -t unused -b unused:1 -X test.mock.num.brokers=1 -d mock"
  const mock = guarded("/bin/sh", ["-c", script], { cwd: directory, stdout: log, stderr: log })
  fs.closeSync(log)
  let brokers
  for (let attempt = 0; attempt < 100 && mock.running() && !brokers; attempt++) {
    brokers = /bootstrap\.servers=([\w.:,-]+)/.exec(fs.readFileSync(logFile, "utf8"))?.[1]
    if (!brokers) await sleep(100)
  }
  if (!brokers) {
    await mock.stop()
    throw new Error(
      `there is no Kafka to test with: apt-get install openjdk-17-jre-headless maven, or at least kcat\n` +
        fs.readFileSync(logFile, "utf8").trim().slice(-500)
    )
  }
  const cannot = async () => {
    throw new Error("librdkafka's mock broker keeps no data and no port: it cannot be killed and restarted")
  }
  return {
    brokers: brokers.split(","),
    kind: "librdkafka mock (kcat)",
    stop: async () => void (await mock.stop()),
    kill: cannot,
    restart: cannot,
  }
}

/** Does a server listen there? */
function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect({ host: HOST, port })
    const settle = (result) => {
      socket.destroy()
      resolve(result)
    }
    socket.once("connect", () => settle(true)).once("error", () => settle(false))
  })
}

async function runMain(argv) {
  const split = argv.indexOf("--")
  if (argv[0] !== "run" || split !== 1 || split === argv.length - 1)
    throw new Error("usage: node scripts/lib/services/kafka.mjs run -- <command> [args…]")
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), "personalization-kafka-"))
  const say = (line) => process.stderr.write(`${line}\n`)
  let kafka
  let child
  // Ctrl-C reaches the command by itself; here it only must not skip the clean-up.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child?.kill(signal))
  try {
    kafka = await startKafka({ directory, say })
    say(`Kafka: ${kafka.kind} at ${kafka.brokers.join(",")}`)
    child = spawn(argv[split + 1], argv.slice(split + 2), {
      stdio: "inherit",
      env: {
        ...process.env,
        PERSONALIZATION_TEST_KAFKA: kafka.brokers.join(","),
        PERSONALIZATION_TEST_KAFKA_KIND: kafka.kind,
      },
    })
    process.exitCode = await new Promise((resolve, reject) => {
      child.once("error", reject)
      child.once("exit", (code) => resolve(code ?? 1))
    })
  } finally {
    await kafka?.stop()
    fs.rmSync(directory, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runMain(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
