/** @jest-environment ./src/adapters/onnx/__tests__/native-arrays.cjs */
import { Worker } from "node:worker_threads"
import { trainerContract } from "../../services/testing/trainer.contract"
import { keepOnnxNative, loadOnnxNative } from "./load-onnx"

trainerContract("onnxruntime-node", async () => loadOnnxNative()!)

it("can be loaded by one worker thread after the other", async () => {
  keepOnnxNative()
  const code = `require(${JSON.stringify(require.resolve("onnxruntime-node"))})`
  for (let round = 0; round < 2; round++) {
    const ended = new Promise((resolve, reject) => {
      new Worker(code, { eval: true }).on("error", reject).on("exit", resolve)
    })
    expect(await ended).toBe(0)
  }
})
