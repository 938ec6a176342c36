import { parentPort, workerData } from "node:worker_threads"
import { giveWay, nodeParallel } from "../../adapters/node"
import { PersonalizationError, noMetrics, systemClock, type Logger } from "../../services/lib"
import { postgresStorage } from "./storage"
import { runTraining } from "./train-job"
import type { WorkerInput, WorkerMessage } from "./train-worker-runner"

/** Entry of the training thread: its own database connections, its own memory. */
async function main(): Promise<void> {
  giveWay()
  const { options, database, cancel } = workerData as WorkerInput
  const send = (message: WorkerMessage) => parentPort?.postMessage(message)
  const log = (level: "debug" | "info" | "warn" | "error") => (message: string) =>
    send({ kind: "log", level, message })
  const logger: Logger = { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") }
  const flag = new Int32Array(cancel)
  const storage = postgresStorage(
    { ...database, poolSize: 3 },
    { clock: systemClock, logger, metrics: noMetrics }
  )
  try {
    await storage.open()
    const outcome = await runTraining(
      {
        log: storage.log,
        catalog: storage.catalog,
        models: storage.models,
        subjects: storage.subjects,
        lock: storage.trainingLock,
        exposures: storage.exposures,
        ranker: storage.ranker,
        vectors: storage.vectors,
        options,
        clock: systemClock,
        logger,
        parallel: nodeParallel(),
      },
      {
        cancelled: () => Atomics.load(flag, 0) === 1,
        report: (stage, progress) => send({ kind: "progress", stage, progress }),
      }
    )
    send({ kind: "done", outcome })
  } catch (error) {
    const code = error instanceof PersonalizationError ? error.code : "internal"
    send({ kind: "failed", code, message: (error as Error).message })
  } finally {
    await storage.close().catch(() => undefined)
  }
}

void main()
