import type { Artifact } from "../artifact"
import { Random } from "../random"
import { quantileEdges, toBins, type Edges, type FeatureRows } from "./binning"
import type { ListObjective } from "./objective"
import { addLeafValues, growTree, type Tree, type TreeOptions } from "./tree"

export interface BoostingOptions extends TreeOptions {
  trees: number
  learningRate: number
  /** Share of the lists that each tree learns from. */
  listShare: number
  /** Share of the lists, the last ones, that only say when to stop; 0 = never stop early. */
  stopShare: number
  /** Trees without a better loss on them before it stops. */
  patience: number
}

export const BOOSTING_DEFAULTS: BoostingOptions = {
  trees: 300,
  learningRate: 0.1,
  leaves: 31,
  minWeight: 1,
  lambda: 1,
  featureShare: 0.8,
  listShare: 0.5,
  stopShare: 0.1,
  patience: 20,
}

/** Lists of rows, one after the other: list `l` is rows `start[l]` to `start[l + 1]`. */
export interface RankingLists extends FeatureRows {
  start: Int32Array
  /** Relevance of each row, ≥ 0. */
  labels: Float32Array
  /** Scores that the trees are to better; default 0. */
  initial?: Float64Array
  /** By list, how much it counts; default 1. Labels say less: an objective may measure them against the best of a list. */
  weights?: Float32Array
}

export interface FitTold {
  seed: number
  progress?(share: number): void
  checkCancelled?(): void
}

/**
 * Gradient boosting of histogram trees for ranking lists; with a lambda objective this is LambdaMART (Burges 2010),
 * with softmax its listwise relative. Memory while fitting: 5 bytes per row and feature, 20 per row.
 */
export class BoostedTrees {
  private constructor(
    private readonly edges: Edges,
    private readonly trees: readonly Tree[]
  ) {}

  static fit(
    lists: RankingLists,
    objective: ListObjective,
    options: BoostingOptions,
    told: FitTold
  ): BoostedTrees {
    const { width, start, labels, initial, weights } = lists
    const random = new Random(told.seed)
    const edges = quantileEdges(lists)
    const bins = toBins(lists, edges)
    const all = start.length - 1
    const learning = all - Math.floor(all * options.stopShare)
    const scores = initial?.slice() ?? new Float64Array(labels.length)
    const gradient = new Float32Array(labels.length)
    const hessian = new Float32Array(labels.length)
    const trees: Tree[] = []
    let best = { loss: Infinity, trees: 0 }
    for (let t = 0; t < options.trees; t++) {
      told.checkCancelled?.()
      told.progress?.(t / options.trees)
      let stopLoss = 0
      for (let list = 0; list < all; list++) {
        const [begin, end] = [start[list], start[list + 1]]
        const loss = objective(scores, labels, begin, end, gradient, hessian)
        const weight = weights?.[list] ?? 1
        if (list >= learning) stopLoss += weight * loss
        if (weight === 1) continue
        for (let row = begin; row < end; row++) {
          gradient[row] *= weight
          hessian[row] *= weight
        }
      }
      if (learning < all) {
        if (stopLoss < best.loss - 1e-9) best = { loss: stopLoss, trees: trees.length }
        else if (trees.length - best.trees >= options.patience) break
      }
      const rows = drawRows(start, learning, options.listShare, random)
      const tree = growTree(bins, width, rows, gradient, hessian, options, random)
      for (let i = 0; i < tree.value.length; i++) tree.value[i] *= options.learningRate
      trees.push(tree)
      addLeafValues(tree, bins, width, scores, scores.length)
    }
    return new BoostedTrees(edges, learning < all ? trees.slice(0, best.trees) : trees)
  }

  get size(): number {
    return this.trees.length
  }

  /** Scores of `rows` rows of features, into `scores`. */
  predict(features: FeatureRows, rows: number, scores: Float64Array): void {
    const bins = toBins(
      { width: features.width, values: features.values.subarray(0, rows * features.width) },
      this.edges
    )
    scores.fill(0, 0, rows)
    for (const tree of this.trees) addLeafValues(tree, bins, features.width, scores, rows)
  }

  /** How often each feature is split on. */
  splits(): Int32Array {
    const counts = new Int32Array(this.edges.length)
    for (const { feature } of this.trees) for (const f of feature) if (f >= 0) counts[f]++
    return counts
  }

  save(): Artifact {
    const flat = <A extends Float32Array | Float64Array | Int32Array | Uint8Array>(
      parts: readonly A[],
      into: A
    ): A => {
      let at = 0
      for (const part of parts) {
        into.set(part, at)
        at += part.length
      }
      return into
    }
    const nodes = this.trees.reduce((sum, { feature }) => sum + feature.length, 0)
    const pick = <K extends keyof Tree>(key: K) => this.trees.map((tree) => tree[key])
    return {
      meta: {
        edges: this.edges.map(({ length }) => length),
        trees: this.trees.map(({ feature }) => feature.length),
      },
      arrays: {
        edges: flat(this.edges, new Float32Array(this.edges.reduce((sum, { length }) => sum + length, 0))),
        feature: flat(pick("feature"), new Int32Array(nodes)),
        bin: flat(pick("bin"), new Uint8Array(nodes)),
        left: flat(pick("left"), new Int32Array(nodes)),
        right: flat(pick("right"), new Int32Array(nodes)),
        value: flat(pick("value"), new Float64Array(nodes)),
      },
    }
  }

  static load({ meta, arrays }: Artifact): BoostedTrees {
    const cut = <A extends { subarray(from: number, to: number): A }>(array: A, lengths: number[]): A[] => {
      let at = 0
      return lengths.map((length) => array.subarray(at, (at += length)))
    }
    const sizes = meta.trees as number[]
    const feature = cut(arrays.feature as Int32Array, sizes)
    const bin = cut(arrays.bin as Uint8Array, sizes)
    const left = cut(arrays.left as Int32Array, sizes)
    const right = cut(arrays.right as Int32Array, sizes)
    const value = cut(arrays.value as Float64Array, sizes)
    return new BoostedTrees(
      cut(arrays.edges as Float32Array, meta.edges as number[]),
      sizes.map((_, t) => ({
        feature: feature[t],
        bin: bin[t],
        left: left[t],
        right: right[t],
        value: value[t],
      }))
    )
  }
}

function drawRows(start: Int32Array, lists: number, share: number, random: Random): Int32Array {
  const rows = new Int32Array(start[lists])
  let size = 0
  for (let list = 0; list < lists; list++) {
    if (share < 1 && random.next() >= share) continue
    for (let row = start[list]; row < start[list + 1]; row++) rows[size++] = row
  }
  return rows.subarray(0, size)
}
