import { availableParallelism } from "node:os"
import { OnnxTrainer, type OnnxRuntime } from "./onnx-trainer"

/** Training on one thread, as measured on two shared cores: 10⁹ multiplications and additions a second. */
const NATIVE_SPEED = 22
const WASM_SPEED = 5

/** onnxruntime-node; undefined when it is not installed. @throws Error when it is and does not load */
export function loadOnnxNative(): OnnxTrainer | undefined {
  const runtime = load("onnxruntime-node")
  if (!runtime) return undefined
  const threads = availableParallelism()
  return new OnnxTrainer(`onnxruntime-node ${runtime.env.versions.node}`, NATIVE_SPEED * threads, runtime, {
    intraOpNumThreads: threads,
  })
}

/**
 * Loads onnxruntime-node's binary in this thread and keeps it. To be called before a worker thread that trains is started:
 * once the last thread that has it ends, old versions (1.16) cannot be loaded again in the same process.
 */
export function keepOnnxNative(): void {
  try {
    load("onnxruntime-node")
  } catch {
    // The worker finds the same fault, says it and takes another trainer.
  }
}

/** onnxruntime-web, in WebAssembly; undefined when it is not installed. */
export function loadOnnxWasm(): OnnxTrainer | undefined {
  const runtime = load("onnxruntime-web")
  if (!runtime) return undefined
  const threads = availableParallelism()
  runtime.env.wasm.numThreads = threads
  return new OnnxTrainer(`onnxruntime-web ${runtime.env.versions.web}`, WASM_SPEED * threads, runtime, {
    executionProviders: ["wasm"],
  })
}

/** Heavy, native and optional: looked for when a network is to be trained, and never before. */
function load(name: string): OnnxRuntime | undefined {
  try {
    require.resolve(name)
  } catch {
    return undefined
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  return require(name) as OnnxRuntime
}
