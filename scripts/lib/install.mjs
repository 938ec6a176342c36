/** Brings node_modules in step with package-lock.json before anything else is loaded; only Node's own modules. */
import { spawn } from "node:child_process"
import { createHash } from "node:crypto"
import fs from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..")
const stampFile = path.join(root, "node_modules", ".personalization-install")

/**
 * Installs the packages when node_modules is missing or package-lock.json has changed since the last time.
 *
 * @param {{ onProgress?: (seconds: number) => void, signal?: AbortSignal }} [options] `onProgress` is called every
 *   five seconds while npm runs.
 * @returns {Promise<boolean>} whether there was anything to install
 * @throws Error with npm's last lines when the installation fails.
 */
export async function ensureInstalled({ onProgress, signal } = {}) {
  const lockFile = path.join(root, "package-lock.json")
  const hasLock = fs.existsSync(lockFile)
  const wanted = hasLock ? createHash("sha256").update(fs.readFileSync(lockFile)).digest("hex") : "none"
  if (fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === wanted) return false
  // Installed by hand from this very lock file: npm writes its own copy after the last package.
  const npmRecord = path.join(root, "node_modules", ".package-lock.json")
  const current =
    hasLock && fs.existsSync(npmRecord) && fs.statSync(npmRecord).mtimeMs >= fs.statSync(lockFile).mtimeMs
  if (!current) await npm(hasLock ? "ci" : "install", onProgress, signal)
  fs.writeFileSync(stampFile, wanted)
  return !current
}

function npm(command, onProgress, signal) {
  const args = [command, "--no-fund", "--no-audit", "--loglevel=error"]
  // `npm start` and `npm test` say which npm runs them; without it, the one on the path is taken.
  const own = process.env.npm_execpath
  const viaNode = own?.endsWith(".js")
  const started = Date.now()
  return new Promise((resolve, reject) => {
    const child = spawn(viaNode ? process.execPath : "npm", viaNode ? [own, ...args] : args, {
      cwd: root,
      signal,
      shell: !viaNode && process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_ENV: "development", MEDUSA_DISABLE_TELEMETRY: "true" },
    })
    let output = ""
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => (output = (output + chunk).slice(0, 20_000)))
    }
    const timer = setInterval(() => onProgress?.((Date.now() - started) / 1000), 5_000)
    const settle = (error) => {
      clearInterval(timer)
      if (error) reject(error)
      else resolve()
    }
    child.once("error", (cause) =>
      settle(new Error(`npm ${command} could not run: ${cause.message}`, { cause }))
    )
    child.once("exit", (code, by) => {
      settle(
        code === 0
          ? undefined
          : new Error(`npm ${command} failed (${by ?? `code ${code}`}):\n${output.trim().slice(0, 3_000)}`)
      )
    })
  })
}
