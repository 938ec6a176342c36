/** @jest-environment ./src/adapters/onnx/__tests__/native-arrays.cjs */
import { trainerContract } from "../../services/testing/trainer.contract"
import { loadOnnxNative } from "./load-onnx"

trainerContract("onnxruntime-node", async () => loadOnnxNative()!)
