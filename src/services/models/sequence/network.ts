import type { GraphBuilder, Node, Shape } from "./graph"

/** A weight of a network: normally distributed around 0, or the same number everywhere. */
export interface WeightSpec {
  shape: Shape
  /** Standard deviation. */
  spread?: number
  fill?: number
}

export interface EncodeInput {
  g: GraphBuilder
  /** [batch × length, d]: the items' vectors, sequence by sequence */
  x: Node
  batch: number
  length: number
  weights: Readonly<Record<string, Node>>
  /** Zeroes a share of the numbers while training; the same node when answering. */
  dropout(x: Node): Node
}

/** A sequence encoder, written down once for training and for answers, whatever runs it. */
export interface SequenceNetwork {
  weights: Readonly<Record<string, WeightSpec>>
  /** @returns [batch × length, d]: after each item, where the sequence points to; its length does not matter */
  encode(input: EncodeInput): Node
}

/** Xavier's spread of a weight matrix (Glorot & Bengio 2010). */
export const matrix = (rows: number, columns: number): WeightSpec => ({
  shape: [rows, columns],
  spread: Math.sqrt(2 / (rows + columns)),
})

export const row = (size: number, fill = 0): WeightSpec => ({ shape: [size], fill })

/** Rows at length 1. */
export function unitRows(g: GraphBuilder, x: Node): Node {
  return g.div(x, g.sqrt(g.linear(g.sum(g.mul(x, x), [1]), 1, 1e-12)))
}

/** Layer normalisation of rows (Ba, Kiros & Hinton 2016). */
export function layerNorm(g: GraphBuilder, x: Node, gain: Node, bias: Node): Node {
  const width = x.shape[1]
  const centred = g.sub(x, g.linear(g.sum(x, [1]), 1 / width))
  const variance = g.linear(g.sum(g.mul(centred, centred), [1]), 1 / width, 1e-6)
  return g.add(g.mul(g.div(centred, g.sqrt(variance)), gain), bias)
}
