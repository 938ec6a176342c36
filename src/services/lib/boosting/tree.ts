import type { Random } from "../random"
import { MAX_BINS } from "./binning"

/** Slots of one feature in a histogram: a gradient and a hessian per bin. A constant of this module is read faster than an import. */
const SLOTS = 2 * MAX_BINS

/** A regression tree in arrays. `feature` −1 marks a leaf, whose value is in `value`. */
export interface Tree {
  feature: Int32Array
  /** Bin up to which a row goes left. */
  bin: Uint8Array
  left: Int32Array
  right: Int32Array
  value: Float64Array
}

export interface TreeOptions {
  leaves: number
  /** Least sum of second derivatives in a leaf. */
  minWeight: number
  /** L2 penalty of a leaf's value. */
  lambda: number
  /** Share of the features that a tree may split on. */
  featureShare: number
  /** By feature: 1 where a greater value may never lower the score, −1 where it may never raise it. Default: 0 for all. */
  monotone?: readonly number[]
}

interface Leaf {
  node: number
  begin: number
  end: number
  histogram: Float64Array
  /** What its value, and those of all below it, may be. */
  low: number
  high: number
  gain: number
  feature: number
  bin: number
}

/**
 * Grows one tree leaf by leaf, the best split first (Friedman 2001; the histograms of LightGBM, Ke et al. 2017: a
 * child's is the parent's less its sibling's).
 * `rows` holds the numbers of the rows to learn from and is reordered. Memory: one histogram of 16 bytes per
 * feature and bin for every leaf. Monotone features: no split against the direction, and no value beyond the middle of
 * the two sides of a split above it (the basic method of LightGBM).
 */
export function growTree(
  bins: Uint8Array,
  width: number,
  rows: Int32Array,
  gradient: Float32Array,
  hessian: Float32Array,
  options: TreeOptions,
  random: Random
): Tree {
  const size = 2 * options.leaves - 1
  const tree: Tree = {
    feature: new Int32Array(size).fill(-1),
    bin: new Uint8Array(size),
    left: new Int32Array(size),
    right: new Int32Array(size),
    value: new Float64Array(size),
  }
  const features = random
    .shuffle(Array.from({ length: width }, (_, feature) => feature))
    .slice(0, Math.max(1, Math.round(width * options.featureShare)))
    .sort((a, b) => a - b)
  const collect = (begin: number, end: number): Float64Array => {
    const histogram = new Float64Array(width * SLOTS)
    for (let i = begin; i < end; i++) {
      const row = rows[i]
      const g = gradient[row]
      const h = hessian[row]
      let base = 0
      for (let at = row * width, stop = at + width; at < stop; at++, base += SLOTS) {
        const slot = base + (bins[at] << 1)
        histogram[slot] += g
        histogram[slot + 1] += h
      }
    }
    return histogram
  }
  const leafOf = (
    node: number,
    begin: number,
    end: number,
    histogram: Float64Array,
    low: number,
    high: number
  ): Leaf => {
    const { gain, feature, bin, g, h } = bestSplit(histogram, features, options)
    tree.value[node] = Math.min(high, Math.max(low, -g / (h + options.lambda)))
    return { node, begin, end, histogram, low, high, gain, feature, bin }
  }
  const open = [leafOf(0, 0, rows.length, collect(0, rows.length), -Infinity, Infinity)]
  const held = new Int32Array(rows.length)
  let nodes = 1
  for (let leaves = 1; leaves < options.leaves; leaves++) {
    let best = -1
    for (let i = 0; i < open.length; i++) {
      if (open[i].gain > 0 && (best < 0 || open[i].gain > open[best].gain)) best = i
    }
    if (best < 0) break
    const leaf = open[best]
    const middle = partition(rows, held, leaf, bins, width)
    const leftIsSmaller = middle - leaf.begin < leaf.end - middle
    const small = leftIsSmaller ? collect(leaf.begin, middle) : collect(middle, leaf.end)
    const large = leaf.histogram
    for (let i = 0; i < large.length; i++) large[i] -= small[i]
    tree.feature[leaf.node] = leaf.feature
    tree.bin[leaf.node] = leaf.bin
    tree.left[leaf.node] = nodes++
    tree.right[leaf.node] = nodes++
    const { low, high } = leaf
    const [left, right] = leftIsSmaller ? [small, large] : [large, small]
    const direction = options.monotone?.[leaf.feature] ?? 0
    const between = direction === 0 ? 0 : (valueOf(left, options) + valueOf(right, options)) / 2
    const middleValue = Math.min(high, Math.max(low, between))
    const [leftHigh, rightLow] = direction > 0 ? [middleValue, middleValue] : [high, low]
    const [leftLow, rightHigh] = direction < 0 ? [middleValue, middleValue] : [low, high]
    open[best] = leafOf(tree.left[leaf.node], leaf.begin, middle, left, leftLow, leftHigh)
    open.push(leafOf(tree.right[leaf.node], middle, leaf.end, right, rightLow, rightHigh))
  }
  return tree
}

/** Value of a leaf with this histogram, free of all bounds. */
function valueOf(histogram: Float64Array, { lambda }: TreeOptions): number {
  let g = 0
  let h = 0
  for (let slot = 0; slot < SLOTS; slot += 2) {
    g += histogram[slot]
    h += histogram[slot + 1]
  }
  return -g / (h + lambda)
}

function bestSplit(histogram: Float64Array, features: readonly number[], options: TreeOptions) {
  const { lambda, minWeight, monotone } = options
  let g = 0
  let h = 0
  for (let slot = 0; slot < SLOTS; slot += 2) {
    g += histogram[slot]
    h += histogram[slot + 1]
  }
  const found = { gain: 0, feature: -1, bin: 0, g, h }
  const whole = (g * g) / (h + lambda)
  for (const feature of features) {
    const base = feature * SLOTS
    const direction = monotone?.[feature] ?? 0
    let leftG = 0
    let leftH = 0
    for (let bin = 0; bin < SLOTS / 2 - 1; bin++) {
      const slot = base + 2 * bin
      leftG += histogram[slot]
      leftH += histogram[slot + 1]
      if (leftH < minWeight) continue
      const rightH = h - leftH
      if (rightH < minWeight) break
      const rightG = g - leftG
      const gain = (leftG * leftG) / (leftH + lambda) + (rightG * rightG) / (rightH + lambda) - whole
      if (direction * (rightG / (rightH + lambda) - leftG / (leftH + lambda)) > 0) continue
      if (gain > found.gain + 1e-12) Object.assign(found, { gain, feature, bin })
    }
  }
  return found
}

/** Puts the rows that go left before the others, each side in its order. Returns where the right side begins. */
function partition(
  rows: Int32Array,
  held: Int32Array,
  { begin, end, feature, bin }: Leaf,
  bins: Uint8Array,
  width: number
): number {
  let left = begin
  let right = 0
  for (let i = begin; i < end; i++) {
    const row = rows[i]
    if (bins[row * width + feature] <= bin) rows[left++] = row
    else held[right++] = row
  }
  rows.set(held.subarray(0, right), left)
  return left
}

/** Adds to each score the value of the leaf that its row falls into. @param bins rows × width, row-major */
export function addLeafValues(
  { feature, bin, left, right, value }: Tree,
  bins: Uint8Array,
  width: number,
  scores: Float64Array,
  rows: number
): void {
  for (let row = 0, at = 0; row < rows; row++, at += width) {
    let node = 0
    for (let column = feature[0]; column >= 0; column = feature[node])
      node = bins[at + column] <= bin[node] ? left[node] : right[node]
    scores[row] += value[node]
  }
}
