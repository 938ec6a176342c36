import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import { instantiateKernels, runCall } from "../../services/lib"
import type { Crew, KernelCall, Kernels, Parallel } from "../../services/lib"
import { entryPoint } from "./entry"

/** A round of calls, as sent to every thread; `next` is the number of the first call that nobody has taken yet. */
export interface Round {
  calls: readonly KernelCall[]
  next: Int32Array
}

/** Takes calls until there are none left. */
export function takeCalls(kernels: Kernels, { calls, next }: Round): void {
  for (let i = Atomics.add(next, 0, 1); i < calls.length; i = Atomics.add(next, 0, 1))
    runCall(kernels, calls[i])
}

/** Worker threads on one shared memory; the calling thread works along with them. */
class NodeCrew implements Crew {
  private readonly kernels: Kernels
  private readonly workers: Worker[] = []
  private waiting = 0
  private settle: { resolve(): void; reject(error: Error): void } | undefined

  constructor(
    private readonly memory: WebAssembly.Memory,
    private readonly helpers: number
  ) {
    this.kernels = instantiateKernels(memory)
  }

  /** Resolves when every thread is there. */
  start(): Promise<void> {
    const { file, execArgv } = entryPoint(__dirname, "parallel-worker")
    return this.everyWorker(() => {
      for (let i = 0; i < this.helpers; i++) {
        const worker = new Worker(file, { execArgv, workerData: this.memory })
        worker.on("message", () => {
          if (--this.waiting === 0) this.settle?.resolve()
        })
        worker.on("error", (error) => this.settle?.reject(error))
        worker.on("exit", (code) =>
          this.settle?.reject(new Error(`A thread of the training ended early (exit code ${code}).`))
        )
        this.workers.push(worker)
      }
    })
  }

  async run(calls: readonly KernelCall[]): Promise<void> {
    const round: Round = { calls, next: new Int32Array(new SharedArrayBuffer(4)) }
    await this.everyWorker(() => {
      for (const worker of this.workers) worker.postMessage(round)
      takeCalls(this.kernels, round)
    })
    this.settle = undefined
  }

  close(): void {
    this.settle = undefined
    for (const worker of this.workers) void worker.terminate()
  }

  /** Resolves when every thread has sent a message since `begin` was called. */
  private everyWorker(begin: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting = this.helpers
      this.settle = { resolve, reject }
      begin()
    })
  }
}

/** Helping threads in this process, one less than the machine has processors. */
export function nodeParallel(threads = availableParallelism()): Parallel {
  return {
    threads,
    async crew(memory) {
      const crew = new NodeCrew(memory, Math.max(1, threads - 1))
      try {
        await crew.start()
      } catch (error) {
        crew.close()
        throw error
      }
      return crew
    },
  }
}
