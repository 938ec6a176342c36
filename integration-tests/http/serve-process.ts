import { spawn } from "node:child_process"
import { join } from "node:path"

const ROOT = join(__dirname, "../..")
/** Ends its command with us, also when we are killed. */
const GUARD = join(ROOT, "scripts/lib/guard.mjs")

const storefrontUrl = process.env.PERSONALIZATION_STOREFRONT_URL ?? "http://localhost:8000"
const databaseUrl = process.env.PERSONALIZATION_STORE_DATABASE_URL
const jwtSecret = process.env.PERSONALIZATION_STORE_JWT_SECRET
const MISSING =
  "skipped: `serve` needs the store's database and secret, as scripts/lib/demo-for-tests.mjs says them: set PERSONALIZATION_STORE_DATABASE_URL and PERSONALIZATION_STORE_JWT_SECRET"

if (!databaseUrl || !jwtSecret) {
  if (process.env.CI && process.env.PERSONALIZATION_STORE_URL) throw new Error(MISSING)
  console.warn(MISSING)
}

/** Whether a `serve` process can be started beside the running demo. */
export const serveCanRun = Boolean(databaseUrl && jwtSecret)

export interface ServeProcess {
  url: string
  /** Asks it to end; its exit code. */
  stop(): Promise<number>
}

/**
 * Starts `medusa-personalization serve` on the demo's database and waits until it knows everything.
 * @param options the plugin's, beside a long deadline
 */
export async function startServe(options: object = {}): Promise<ServeProcess> {
  const command = [
    "--import",
    "tsx",
    join(ROOT, "src/cli/index.ts"),
    "serve",
    "--port",
    "0",
    "--host",
    "127.0.0.1",
  ]
  const child = spawn(process.execPath, [GUARD, "{}", process.execPath, ...command], {
    cwd: ROOT,
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      JWT_SECRET: jwtSecret,
      STORE_CORS: new URL(storefrontUrl).origin,
      // What is tested here is what it answers, not how soon.
      PERSONALIZATION_OPTIONS: JSON.stringify({ serving: { deadlineMs: 5_000 }, ...options }),
      NODE_OPTIONS: "",
    },
  })
  const exited = new Promise<number>((resolve) => child.once("exit", (code) => resolve(code ?? 1)))
  let output = ""
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      output += text
      const listening = /listening at (http:\/\/[\d.:]+)/.exec(output)
      if (listening) resolve(listening[1])
    })
    void exited.then(() => reject(new Error(`serve ended by itself:\n${output}`)))
  })
  for (;;) {
    const { status } = (await (await fetch(`${url}/personalization/health/ready`)).json()) as {
      status: string
    }
    if (status === "ok") break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  const stop = () => {
    child.stdin.end()
    return exited
  }
  return { url, stop }
}
