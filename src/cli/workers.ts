import cluster, { type Worker } from "node:cluster"
import { availableParallelism } from "node:os"
import type { Logger } from "pino"

/** After a worker has died, before another takes its place: one that dies at its start must not keep the machine busy. */
const RESTART_MS = 1_000

/** Threads that V8 starts in each process, whatever the machine has, to compile and to look for garbage. */
const DEFAULT_HELPERS = 4

/**
 * Node's arguments for each of so many workers: no more helping threads than the cores leave. While they look for
 * garbage, four of them on two cores hold up the thread that answers for 4 to 8 ms at a time.
 */
export function workerArguments(
  count: number,
  cores = availableParallelism(),
  { execArgv, env }: Pick<NodeJS.Process, "execArgv" | "env"> = process
): string[] {
  const chosen = [...execArgv, env.NODE_OPTIONS].some((text) => text?.includes("--v8-pool-size"))
  const helpers = Math.max(1, Math.floor(cores / count) - 1)
  return chosen || helpers >= DEFAULT_HELPERS ? execArgv : [...execArgv, `--v8-pool-size=${helpers}`]
}

/**
 * Keeps so many copies of this process running, which share what they listen on. SIGTERM and SIGINT are passed on, once,
 * and this process ends when all have ended: with 0 where all did in good order. A second signal ends it at once.
 */
export function leadWorkers(count: number, logger: Pick<Logger, "warn" | "info">): void {
  let stopping = false
  let failed = false
  const workers = () => Object.values(cluster.workers ?? {}).filter((one): one is Worker => one !== undefined)
  cluster.setupPrimary({ execArgv: workerArguments(count) })
  for (let one = 0; one < count; one++) cluster.fork()
  cluster.on("exit", (worker, code, signal) => {
    if (!stopping) {
      logger.warn(`worker ${worker.process.pid} has ended (${signal ?? code}); starting another`)
      setTimeout(() => stopping || cluster.fork(), RESTART_MS)
      return
    }
    failed ||= code !== 0
    if (workers().length === 0) process.exit(failed ? 1 : 0)
  })
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) process.exit(1)
      stopping = true
      const running = workers()
      if (running.length === 0) process.exit(1)
      for (const worker of running) worker.process.kill(signal)
    })
  }
  logger.info(`${count} workers`)
}
