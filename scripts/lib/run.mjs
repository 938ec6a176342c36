// Child processes that end with their parent. Only Node's own modules: this runs before anything is installed.
import { spawn } from "node:child_process"

/** Process groups that are alive, by the id of their leader. @type {Set<number>} */
const groups = new Set()

function endGroup(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== "ESRCH") throw error
  }
}

/** Kills whatever is still running. Safe to call at any time. */
export function endAll() {
  for (const pid of groups) endGroup(pid, "SIGKILL")
  groups.clear()
}

/**
 * Runs a command in a process group of its own and collects what it prints.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, timeoutMs?: number, onText?: (text: string) => void }} options
 *   `onText` sees stdout and stderr as they come; after `timeoutMs` the whole group is killed
 * @returns {Promise<{ code: number, output: string, seconds: number }>} never rejects: a command that cannot be
 *   started has code 127 and says why in `output`; one that ran too long has code 124
 */
export function run(command, args, { cwd, env, timeoutMs, onText } = {}) {
  const started = performance.now()
  return new Promise((resolve) => {
    let output = ""
    let timer
    let tooLong = false
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    })
    const note = (text) => {
      output += text
      onText?.(text)
    }
    const finish = (code) => {
      clearTimeout(timer)
      if (child.pid) {
        // What the command left behind in its group has no owner any more.
        endGroup(child.pid, "SIGKILL")
        groups.delete(child.pid)
      }
      resolve({ code, output, seconds: (performance.now() - started) / 1000 })
    }
    if (child.pid) groups.add(child.pid)
    child.stdout.setEncoding("utf8").on("data", note)
    child.stderr.setEncoding("utf8").on("data", note)
    child.once("error", (error) => {
      note(`${command}: ${error.message}\n`)
      finish(127)
    })
    // "exit", not "close": a grandchild that keeps the pipes open must not keep us waiting.
    child.once("exit", (code, signal) => {
      if (tooLong) note(`\n${command} was ended after ${Math.round(timeoutMs / 1000)} s\n`)
      setTimeout(() => finish(tooLong ? 124 : (code ?? (signal ? 128 : 1))), 50)
    })
    if (timeoutMs && child.pid) {
      timer = setTimeout(() => {
        tooLong = true
        endGroup(child.pid, "SIGKILL")
      }, timeoutMs)
    }
  })
}

/**
 * Ends all children on Ctrl-C, SIGTERM, SIGHUP and when the process exits for any other reason.
 * @param {() => Promise<void> | void} [before] what to stop in good order first, e.g. a database server
 */
export function endChildrenWithMe(before) {
  process.once("exit", endAll)
  let stopping = false
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
    ["SIGHUP", 129],
  ]) {
    process.on(signal, async () => {
      if (stopping) return
      stopping = true
      endAll()
      try {
        await before?.()
      } finally {
        process.exit(code)
      }
    })
  }
}
