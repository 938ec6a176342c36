import type { Graph } from "./sequence/graph"

export type { Graph, Node, Op, Shape } from "./sequence/graph"

/** Values by the name of an input or output: numbers, or the row numbers of an integer input. */
export type Feeds = Readonly<Record<string, Float32Array | Int32Array>>

/** A graph made ready by a trainer. */
export interface Program {
  /** Row-major values of the outputs; the caller may keep them until the next run. One run at a time. */
  run(feeds: Feeds): Promise<Record<string, Float32Array>>
  close(): void
}

/**
 * Computes a network's loss and gradients, which is all of training that needs a fast runtime: differentiation,
 * batches, dropout, sampling and Adam are done once, in plain TypeScript, the same for every trainer. So two trainers
 * differ in the last bits of their sums and in nothing else.
 */
export interface Trainer {
  /** Said in the log, e.g. `onnxruntime-node 1.30.0`. */
  readonly name: string
  /** Roughly how fast it trains, for an estimate of a fit's time: 10⁹ multiplications and additions a second. */
  readonly gigaflops: number
  compile(graph: Graph): Promise<Program>
}
