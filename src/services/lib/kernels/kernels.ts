import { KERNEL_WASM } from "./kernels.wasm"

/** The exported functions of assembly/models.ts; arguments are byte offsets into the memory and counts. */
export interface Kernels {
  gemm(a: number, b: number, c: number, rows: number, depth: number, columns: number, packed: number): void
  gram(x: number, rows: number, d: number, out: number): void
  sweepPivot(blocks: number, pivot: number, inverse: number, wide: number): number
  sweepPanel(
    blocks: number,
    pivot: number,
    i: number,
    inverse: number,
    panels: number,
    products: number,
    scratch: number
  ): void
  sweepUpdate(blocks: number, pivot: number, i: number, panels: number, products: number): void
  conjugateGradient(
    first: number,
    end: number,
    start: number,
    columns: number,
    weights: number,
    y: number,
    gram: number,
    ridges: number,
    x: number,
    d: number,
    steps: number,
    scratch: number
  ): void
  neighbourhoodRidge(
    first: number,
    end: number,
    start: number,
    columns: number,
    values: number,
    diagonal: number,
    ridge: number,
    most: number,
    weights: number,
    scratch: number
  ): void
  pairwiseSteps(
    draws: number,
    state: number,
    start: number,
    columns: number,
    owners: number,
    entries: number,
    width: number,
    x: number,
    y: number,
    d: number,
    rate: number,
    regularization: number
  ): number
  scoreRows(x: number, rows: number, d: number, query: number, scores: number): void
}

/** One piece of work that may be shared out over threads: a kernel and its arguments. */
export interface KernelCall {
  kernel: "gram" | "sweepPanel" | "sweepUpdate" | "conjugateGradient" | "neighbourhoodRidge"
  args: readonly number[]
}

let compiled: WebAssembly.Module | undefined

/** The kernels on a memory of this thread or one that other threads share. */
export function instantiateKernels(memory: WebAssembly.Memory): Kernels {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_WASM, "base64"))
  return new WebAssembly.Instance(compiled, { env: { memory } }).exports as unknown as Kernels
}

export function runCall(kernels: Kernels, { kernel, args }: KernelCall): void {
  const run = kernels[kernel] as (...values: readonly number[]) => void
  run(...args)
}
