import { loadOnnxNative, loadOnnxWasm } from "../../adapters/onnx"
import { loadTensorFlowNative, loadTensorFlowWasm } from "../../adapters/tensorflow"
import type { Logger } from "../../services/lib"
import { portableTrainer, type Trainer } from "../../services/models"

/** What can train networks, the fastest first (docs/adr/0008). */
const TRAINERS: readonly { package: string; load(): Promise<Trainer | undefined> }[] = [
  { package: "onnxruntime-node", load: async () => loadOnnxNative() },
  { package: "@tensorflow/tfjs-node", load: async () => loadTensorFlowNative() },
  { package: "onnxruntime-web", load: async () => loadOnnxWasm() },
  { package: "@tensorflow/tfjs-backend-wasm", load: loadTensorFlowWasm },
  { package: "", load: async () => portableTrainer },
]

/** Opens the fastest trainer that is present, at the first call, and says which one it is. */
export function trainerOpener(logger: Logger): () => Promise<Trainer> {
  let opened: Promise<Trainer> | undefined
  return () => (opened ??= openTrainer(logger))
}

async function openTrainer(logger: Logger): Promise<Trainer> {
  for (const { package: name, load } of TRAINERS) {
    try {
      const trainer = await load()
      if (!trainer) continue
      logger.info(`networks are trained by ${trainer.name}`)
      return trainer
    } catch (error) {
      logger.warn(
        `${name} is installed but does not load (${(error as Error).message}): install it anew, or remove it; ` +
          "the next slower trainer is taken"
      )
    }
  }
  return portableTrainer
}
