import { trainerContract } from "../../services/testing/trainer.contract"
import { loadTensorFlowNative, loadTensorFlowWasm } from "./load-tensorflow"

trainerContract("@tensorflow/tfjs-backend-wasm", async () => (await loadTensorFlowWasm())!)

// Its install downloads libtensorflow, so that there are machines that cannot have it.
if (loadTensorFlowNative()) trainerContract("@tensorflow/tfjs-node", async () => loadTensorFlowNative()!)
else
  it.skip("@tensorflow/tfjs-node is not installed: `npm install` where its download can be reached", () =>
    undefined)
