import type { KernelCall } from "./kernels"

/** Threads that share one memory and the kernels on it. */
export interface Crew {
  /**
   * Runs all calls, in any order and several at a time; none may read or write what another one writes. So the result
   * does not depend on the number of threads.
   */
  run(calls: readonly KernelCall[]): Promise<void>
  /** Ends the threads. */
  close(): void
}

/** Where a model gets helping threads from. */
export interface Parallel {
  readonly threads: number
  crew(memory: WebAssembly.Memory): Promise<Crew>
}
