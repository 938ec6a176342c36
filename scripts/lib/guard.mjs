/**
 * Children that never outlive their parent. A guarded command runs in a process group of its own under a small
 * guard process whose stdin is a pipe from the parent: when the pipe closes, because the parent asked for it or
 * was killed, even by SIGKILL, the guard ends the whole group.
 */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"

const guardFile = fileURLToPath(import.meta.url)

/**
 * Starts `command` under a guard.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, uid?: number, gid?: number, stopSignal?: NodeJS.Signals,
 *   graceMs?: number, stdout?: "inherit" | "pipe" | "ignore" | number,
 *   stderr?: "inherit" | "pipe" | "ignore" | number }} [options]
 *   `graceMs`: time between `stopSignal` (default SIGTERM) and SIGKILL, default 8,000.
 * @returns {{ process: import("node:child_process").ChildProcess, exited: Promise<number>,
 *   running: () => boolean, stop: () => Promise<number> }} `exited` resolves with the command's exit code
 *   (128 + n for a signal) and never rejects.
 */
export function guarded(command, args, options = {}) {
  const { cwd, env, stdout = "ignore", stderr = "ignore", ...rest } = options
  const child = spawn(process.execPath, [guardFile, JSON.stringify(rest), command, ...args], {
    cwd,
    env: env ?? process.env,
    stdio: ["pipe", stdout, stderr],
    detached: true,
  })
  // The guard may be gone before its pipe is; that is no error of ours.
  child.stdin.on("error", () => {})
  let alive = true
  const exited = new Promise((resolve) => {
    const end = (code) => {
      alive = false
      resolve(code)
    }
    child.once("exit", (code, signal) => end(code ?? (signal ? 128 : 1)))
    child.once("error", () => end(127))
  })
  return {
    process: child,
    exited,
    running: () => alive,
    stop() {
      child.stdin.end()
      return exited
    },
  }
}

const signalNumbers = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGABRT: 6, SIGKILL: 9, SIGSEGV: 11, SIGTERM: 15 }

function guardMain([optionsText, command, ...args]) {
  const { uid, gid, stopSignal = "SIGTERM", graceMs = 8_000 } = JSON.parse(optionsText)
  const child = spawn(command, args, { uid, gid, detached: true, stdio: ["ignore", "inherit", "inherit"] })

  const signalGroup = (signal) => {
    try {
      process.kill(-child.pid, signal)
    } catch {
      // Nobody left in the group.
    }
  }
  let stopping = false
  const stop = () => {
    if (stopping || child.pid === undefined) return
    stopping = true
    signalGroup(stopSignal)
    setTimeout(() => signalGroup("SIGKILL"), graceMs).unref()
  }

  child.once("error", (error) => {
    process.stderr.write(`${command}: ${error.message}\n`)
    process.exit(127)
  })
  child.once("exit", (code, signal) => {
    signalGroup("SIGKILL")
    process.exit(code ?? 128 + (signalNumbers[signal] ?? 0))
  })
  process.stdin.on("end", stop).on("error", stop).resume()
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop)
}

if (process.argv[1] === guardFile) guardMain(process.argv.slice(2))
