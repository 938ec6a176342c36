import { dirname, join } from "node:path"
import type { TensorFlow } from "./tensorflow"
import { TensorFlowTrainer } from "./tensorflow-trainer"

/** Multiplications and additions, in 10⁹ a second, as measured on two shared cores. */
const NATIVE_SPEED = 40
const WASM_SPEED = 10

/** @tensorflow/tfjs-node; undefined when it is not installed. @throws Error when it is and does not load */
export function loadTensorFlowNative(): TensorFlowTrainer | undefined {
  const tf = load<TensorFlow>("@tensorflow/tfjs-node")
  return (
    tf && new TensorFlowTrainer(`@tensorflow/tfjs-node ${tf.version_core}`, NATIVE_SPEED, tf, "tensorflow")
  )
}

interface WasmBackend {
  setWasmPaths(folder: string): void
  setThreadsCount(threads: number): void
}

/**
 * @tensorflow/tfjs-core with its WebAssembly backend; undefined when they are not installed.
 * On one thread: with several the backend brings Node down.
 */
export async function loadTensorFlowWasm(): Promise<TensorFlowTrainer | undefined> {
  const name = "@tensorflow/tfjs-backend-wasm"
  const tf = load<TensorFlow>("@tensorflow/tfjs-core")
  const wasm = load<WasmBackend>(name)
  if (!tf || !wasm) return undefined
  wasm.setWasmPaths(join(dirname(require.resolve(`${name}/package.json`)), "dist/"))
  wasm.setThreadsCount(1)
  return new TensorFlowTrainer(`${name} ${tf.version_core}`, WASM_SPEED, tf, "wasm")
}

/** Heavy, native and optional: looked for when a network is to be trained, and never before. */
function load<T>(name: string): T | undefined {
  try {
    require.resolve(name)
  } catch {
    return undefined
  }
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
  return require(name) as T
}
