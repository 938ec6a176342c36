import { parentPort, workerData } from "node:worker_threads"
import { instantiateKernels } from "../../services/lib"
import { takeCalls, type Round } from "./parallel"

/** Entry of a helping thread: takes calls of each round and says when there are none left. */
const kernels = instantiateKernels(workerData as WebAssembly.Memory)

parentPort!.on("message", (round: Round) => {
  takeCalls(kernels, round)
  parentPort!.postMessage(undefined)
})
parentPort!.postMessage(undefined)
