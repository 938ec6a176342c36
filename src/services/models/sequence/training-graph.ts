import type { Graph, Node } from "./graph"
import { GraphBuilder } from "./graph"
import { gradients } from "./gradients"
import { unitRows, type SequenceNetwork } from "./network"

export interface TrainingShape {
  batch: number
  length: number
  /** Items that the true one is told apart from, the batch's own among them. */
  candidates: number
  dimensions: number
}

/** Name of a weight among the inputs. */
export const weightOf = (weight: string): string => `weight:${weight}`

export const weightFeeds = (weights: Readonly<Record<string, Float32Array>>): Record<string, Float32Array> =>
  Object.fromEntries(Object.entries(weights).map(([name, values]) => [weightOf(name), values]))

/** Names of the gradients among the outputs: that of the candidates' vectors, and those of the weights. */
export const ITEM_GRADIENT = "gradient:items"
export const gradientOf = (weight: string): string => `gradient:${weight}`

/**
 * The loss of one batch and its gradients. Vectors of items and of sequences are brought to length 1 and compared
 * by cosine × `sharpness` (NISER, Gupta et al. 2019), so that popular items cannot win by their mere length.
 *
 * Inputs: `items` [candidates, d] and `bias` [candidates] (−log of the chance that an item is a candidate); `sequence`
 * and `target` [batch × length], numbers of candidates; `weight` [batch × length], 0 for padding;
 * `weight:<name>` of the network; `dropout:0` … [batch × length, d].
 */
export function trainingGraph(
  network: SequenceNetwork,
  { batch, length, candidates, dimensions }: TrainingShape,
  sharpness: number
): { graph: Graph; dropouts: number } {
  const g = new GraphBuilder()
  const positions = batch * length
  const items = g.input("items", [candidates, dimensions])
  const bias = g.input("bias", [candidates])
  const sequence = g.indices("sequence", [positions])
  const target = g.indices("target", [positions])
  const weight = g.input("weight", [positions])
  const weights = Object.fromEntries(
    Object.entries(network.weights).map(([name, { shape }]) => [name, g.input(weightOf(name), shape)])
  )
  let dropouts = 0
  const dropout = (x: Node) => g.mul(x, g.input(`dropout:${dropouts++}`, x.shape))
  const unit = unitRows(g, items)
  // A vector of length 1 has small numbers; × √d they are about 1, as the layers expect.
  const x = g.linear(g.gather(unit, sequence), Math.sqrt(dimensions))
  const encoded = network.encode({ g, x, batch, length, weights, dropout })
  const loss = g.softmaxLoss(g.linear(unitRows(g, encoded), sharpness), unit, bias, target, weight)
  const names = Object.keys(weights)
  const [itemGradient, ...others] = gradients(g, loss, [items, ...Object.values(weights)])
  const outputs = Object.fromEntries(names.map((name, i) => [gradientOf(name), others[i]]))
  return { graph: g.build({ loss, [ITEM_GRADIENT]: itemGradient, ...outputs }), dropouts }
}

/** The vectors of one sequence: `x` [length, d] is its items' unit vectors × √d; output `vectors` [length, d]. */
export function answerGraph(network: SequenceNetwork, length: number, dimensions: number): Graph {
  const g = new GraphBuilder()
  const x = g.input("x", [length, dimensions])
  const weights = Object.fromEntries(
    Object.entries(network.weights).map(([name, { shape }]) => [name, g.input(weightOf(name), shape)])
  )
  const vectors = network.encode({ g, x, batch: 1, length, weights, dropout: (node) => node })
  return g.build({ vectors: unitRows(g, vectors) })
}
