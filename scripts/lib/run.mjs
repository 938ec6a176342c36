// Commands whose output is collected and that never outlive us. Only Node's own modules: `npm test` needs this before
// anything is installed.
import { guarded } from "./guard.mjs"

/** @type {Set<ReturnType<typeof guarded>>} */
const running = new Set()

/** Asks whatever is still running to end, and waits until it has. */
export async function stopAll() {
  await Promise.all([...running].map((child) => child.stop()))
}

/**
 * Starts a command under a guard.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, onText?: (text: string) => void }} [options]
 *   `onText` sees stdout and stderr as they come
 * @returns {{ exited: Promise<number>, output: () => string, stop: () => Promise<number> }} `exited` never rejects
 */
export function start(command, args, { cwd, env, onText } = {}) {
  let output = ""
  const child = guarded(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdout: "pipe",
    stderr: "pipe",
  })
  running.add(child)
  const streams = [child.process.stdout, child.process.stderr].map((stream) => {
    stream.setEncoding("utf8").on("data", (text) => {
      output += text
      onText?.(text)
    })
    return new Promise((resolve) => stream.once("close", resolve))
  })
  const exited = child.exited.then(async (code) => {
    running.delete(child)
    // The last lines are often the ones that matter, but a stray heir of the pipes must not keep us waiting.
    await Promise.race([Promise.all(streams), new Promise((resolve) => setTimeout(resolve, 1_000).unref())])
    return code
  })
  return { exited, output: () => output, stop: () => child.stop() }
}

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof start>[2] & { timeoutMs?: number }} [options] after `timeoutMs` the command is ended
 * @returns {Promise<{ code: number, output: string, seconds: number }>} never rejects; code 124: took too long
 */
export async function run(command, args, { timeoutMs, ...options } = {}) {
  const begun = performance.now()
  const child = start(command, args, options)
  let tooLong = false
  const timer = timeoutMs && setTimeout(() => ((tooLong = true), child.stop()), timeoutMs)
  const code = await child.exited
  clearTimeout(timer)
  const note = tooLong ? `\nended after ${Math.round(timeoutMs / 1000)} s, which is too long\n` : ""
  return {
    code: tooLong ? 124 : code,
    output: child.output() + note,
    seconds: (performance.now() - begun) / 1000,
  }
}

/** Ends all commands in good order on Ctrl-C, SIGTERM and SIGHUP; a second signal does not wait. */
export function endChildrenWithMe() {
  let stopping = false
  for (const [signal, code] of Object.entries({ SIGINT: 130, SIGTERM: 143, SIGHUP: 129 })) {
    process.on(signal, async () => {
      // When we are gone, the guards see our pipes close and end what is left.
      if (stopping) process.exit(code)
      stopping = true
      await stopAll()
      process.exit(code)
    })
  }
}
