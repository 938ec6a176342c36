import { PersonalizationError } from "../errors"
import { instantiateKernels, runCall, type Kernels } from "./kernels"
import type { Crew, Parallel } from "./parallel.port"

const PAGE_BYTES = 65_536
/** 4 GB, the most that 32-bit offsets can tell apart. */
const MAX_PAGES = 65_536
/** Bytes at the beginning that the compiler keeps for its constants, and writes on every instantiation. */
const CONSTANTS = 4_096
/** Operations below which helping threads take longer to start than they save (about a second's work). */
const WORTH_SHARING = 2e10

/**
 * Memory that the kernels work on. Places are handed out one after another and freed all at once, with the object.
 */
export class KernelMemory {
  readonly memory: WebAssembly.Memory
  readonly kernels: Kernels
  private used = CONSTANTS

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true })
    this.kernels = instantiateKernels(this.memory)
  }

  /**
   * Byte offset of `bytes` zeros, at a multiple of 16.
   * @throws PersonalizationError `overloaded` past 4 GB or what the machine has.
   */
  reserve(bytes: number): number {
    const at = this.used
    const end = at + Math.ceil(bytes / 16) * 16
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE_BYTES)
    try {
      if (missing > 0) this.memory.grow(missing)
    } catch (cause) {
      throw new PersonalizationError(
        "overloaded",
        `The model's matrices need ${Math.ceil(end / 2 ** 20)} MB: give the process more memory, ` +
          "or lower the model's `maxItems` or `factors`.",
        { cause }
      )
    }
    this.used = end
    return at
  }

  floats(at: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, at, length)
  }

  ints(at: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, at, length)
  }

  /** Room for the values, filled with them. */
  place(values: Float32Array | Int32Array): number {
    const at = this.reserve(values.byteLength)
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
    new Uint8Array(this.memory.buffer, at, bytes.length).set(bytes)
    return at
  }

  /** Threads for about so many operations; this one alone when there are no others or the work is small. */
  async crew(parallel: Parallel | undefined, operations: number): Promise<Crew> {
    if (parallel && parallel.threads > 1 && operations > WORTH_SHARING) return parallel.crew(this.memory)
    const { kernels } = this
    return {
      async run(calls) {
        for (const call of calls) runCall(kernels, call)
      },
      close() {},
    }
  }
}
