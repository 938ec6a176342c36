import { execFileSync, spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync } from "node:fs"
import { createServer } from "node:net"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"

const ROOT = join(__dirname, "../..")

/** The environment of a merchant's shell: without what npm and Jest set for the tests of this repository. */
function merchantEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) =>
      !/^(npm_(package|lifecycle|config_local_prefix)|NODE_OPTIONS$|NODE_ENV$|JEST_|DB_|INIT_CWD$)/.test(name)
  )
  return { ...Object.fromEntries(inherited), MEDUSA_DISABLE_TELEMETRY: "true", ...extra }
}

/**
 * Runs a command to its end.
 * @throws Error with the last of its output when it fails
 */
export async function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}) {
  const child = spawn(command, args, {
    cwd,
    env: merchantEnvironment(env),
    stdio: ["ignore", "pipe", "pipe"],
  })
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk))
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", resolve)
  })
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${output.slice(-6_000)}`)
  return output
}

/**
 * Packs the plugin from a copy of the repository's files, so that nothing that git does not know can help.
 * @param work an empty folder outside the repository
 * @returns path of the tarball
 */
export async function packPlugin(work: string): Promise<string> {
  const copy = join(work, "repository")
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: ROOT,
  })
  for (const file of listed.toString().split("\0").filter(Boolean)) {
    const from = join(ROOT, file)
    if (!existsSync(from)) continue
    mkdirSync(dirname(join(copy, file)), { recursive: true })
    cpSync(from, join(copy, file))
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"))
  await run("npm", ["pack", "--pack-destination", work], copy)
  const tarball = readdirSync(work).find((name) => name.endsWith(".tgz"))
  if (!tarball) throw new Error("npm pack made no tarball")
  return join(work, tarball)
}

/**
 * Makes a store from `store/` beside this file and installs the tarball into it as a merchant would.
 * @returns its folder
 */
export async function installStore(work: string, tarball: string): Promise<string> {
  const store = join(work, "fresh-store")
  cpSync(join(__dirname, "store"), store, { recursive: true })
  await run(
    "npm",
    ["install", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error", tarball],
    store
  )
  return store
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

export interface RunningStore {
  url: string
  /** What the server has printed so far. */
  output(): string
  stop(): Promise<void>
}

/**
 * Starts the store that `medusa build` made and waits until it answers.
 * @throws Error with the server's output when it ends or does not answer within two minutes
 */
export async function startStore(store: string, env: Record<string, string>): Promise<RunningStore> {
  const port = await freePort()
  const child: ChildProcess = spawn(
    process.execPath,
    [
      join(store, "node_modules/@medusajs/cli/cli.js"),
      "start",
      "--port",
      String(port),
      "--host",
      "127.0.0.1",
    ],
    {
      cwd: join(store, ".medusa/server"),
      env: merchantEnvironment({ ...env, NODE_ENV: "production" }),
      stdio: ["ignore", "pipe", "pipe"],
    }
  )
  let output = ""
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += chunk))
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  const url = `http://127.0.0.1:${port}`
  for (let attempt = 0; attempt < 480 && child.exitCode === null; attempt++) {
    const answers = await fetch(`${url}/health`).then(
      (response) => response.ok,
      () => false
    )
    if (answers) {
      return {
        url,
        output: () => output,
        async stop() {
          child.kill("SIGTERM")
          const late = setTimeout(() => child.kill("SIGKILL"), 15_000)
          await exited
          clearTimeout(late)
        },
      }
    }
    await sleep(250)
  }
  child.kill("SIGKILL")
  throw new Error(`the store does not answer at ${url}:\n${output.slice(-6_000)}`)
}
