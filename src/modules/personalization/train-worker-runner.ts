import { Worker } from "node:worker_threads"
import { entryPoint } from "../../adapters/node"
import { keepOnnxNative } from "../../adapters/onnx"
import { PersonalizationError, type ErrorCode, type Logger } from "../../services/lib"
import type { PersonalizationOptions } from "./options"
import type { DatabaseTarget } from "./platform"
import type { TrainingOutcome, TrainingRunner } from "./training-runs"

/** What the worker is started with. */
export interface WorkerInput {
  options: PersonalizationOptions
  database: DatabaseTarget
  /** One Int32; 1 means: cancel. Shared, because a worker in a long loop reads no messages. */
  cancel: SharedArrayBuffer
}

export type WorkerMessage =
  | { kind: "progress"; stage: string; progress: number }
  | { kind: "log"; level: "debug" | "info" | "warn" | "error"; message: string }
  | { kind: "done"; outcome: TrainingOutcome }
  | { kind: "failed"; code: ErrorCode | "internal"; message: string }

/** After a cancel the worker has this long to end by itself. */
const GRACE_MS = 10_000

/** The thread's own end says nothing of the option that bounds it. */
function outOfMemory(error: Error & { code?: string }): PersonalizationError | undefined {
  if (error.code !== "ERR_WORKER_OUT_OF_MEMORY") return undefined
  const remedy =
    "raise the option `training.maxMemoryMb`, or lower `training.maxInteractions` or the number of `training.models`"
  return new PersonalizationError("training_failed", `The training thread ran out of memory: ${remedy}.`, {
    cause: error,
  })
}

/** Trains in a worker thread with a heap limit of its own, so that neither time nor memory is taken from shoppers. */
export function workerRunner(
  options: PersonalizationOptions,
  database: DatabaseTarget,
  logger: Logger
): TrainingRunner {
  return (signal, report) =>
    new Promise<TrainingOutcome>((resolve, reject) => {
      keepOnnxNative()
      const cancel = new SharedArrayBuffer(4)
      const { file, execArgv } = entryPoint(__dirname, "train-worker")
      const worker = new Worker(file, {
        execArgv,
        workerData: { options, database, cancel } satisfies WorkerInput,
        resourceLimits: { maxOldGenerationSizeMb: options.training.maxMemoryMb },
      })
      let grace: NodeJS.Timeout | undefined
      const onAbort = () => {
        Atomics.store(new Int32Array(cancel), 0, 1)
        grace = setTimeout(() => void worker.terminate(), GRACE_MS)
      }
      signal.addEventListener("abort", onAbort)
      const settle = (finish: () => void) => {
        clearTimeout(grace)
        signal.removeEventListener("abort", onAbort)
        finish()
      }
      worker.on("message", (message: WorkerMessage) => {
        if (message.kind === "progress") report(message.stage, message.progress)
        else if (message.kind === "log") logger[message.level](message.message)
        else if (message.kind === "done") settle(() => resolve(message.outcome))
        else if (message.code === "internal") settle(() => reject(new Error(message.message)))
        else {
          const { code, message: text } = message
          settle(() => reject(new PersonalizationError(code as ErrorCode, text)))
        }
      })
      worker.on("error", (error: Error & { code?: string }) =>
        settle(() => reject(outOfMemory(error) ?? error))
      )
      worker.on("exit", (code) =>
        settle(() =>
          reject(
            signal.aborted
              ? new PersonalizationError("cancelled", "The training run was cancelled.")
              : new Error(`The training thread ended early (exit code ${code}).`)
          )
        )
      )
    })
}
