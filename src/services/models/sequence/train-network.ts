import { PersonalizationError, Random } from "../../lib"
import type { FitContext } from "../model"
import type { Feeds, Program, Trainer } from "../trainer.port"
import { Adam } from "./adam"
import { CandidateSampler } from "./candidates"
import { Dropout } from "./dropout"
import { sizeOf, type Shape } from "./graph"
import type { SequenceNetwork } from "./network"
import { batches, batchSize, type Batch, type Sequences } from "./sequences"
import { gradientOf, ITEM_GRADIENT, trainingGraph, weightFeeds } from "./training-graph"

export interface LearnOptions {
  dimensions: number
  maxLength: number
  sharpness: number
  dropout: number
  learningRate: number
  weightDecay: number
  epochs: number
  /** Steps per batch. */
  positions: number
  candidates: number
  /** Newer sequences count more: exp(−age/recencyScale); 0 = all the same. */
  recencyScale: number
  maxMinutes: number
}

/** What was learned: item vectors [items, d] and the network's weights. */
export interface Learned {
  items: Float32Array
  weights: Record<string, Float32Array>
}

/** A network in training. */
export class NetworkTraining {
  readonly learned: Learned
  private readonly random: Random
  private readonly dropout: Dropout
  private readonly sampler: CandidateSampler
  private readonly optimizers: Record<string, Adam>
  private readonly itemOptimizer: Adam
  private readonly programs = new Map<number, { program: Program; masks: Float32Array[] }>()

  constructor(
    private readonly network: SequenceNetwork,
    private readonly sequences: Sequences,
    private readonly options: LearnOptions,
    private readonly trainer: Trainer,
    private readonly context: FitContext
  ) {
    this.random = new Random(context.seed)
    this.dropout = new Dropout(options.dropout, context.seed)
    const counts = new Int32Array(sequences.items.length)
    for (const item of sequences.item) counts[item]++
    const own = options.positions * 2
    this.sampler = new CandidateSampler(counts, Math.max(options.candidates, own + 64), own)
    this.learned = {
      items: normal([counts.length, options.dimensions], 1 / Math.sqrt(options.dimensions), this.random),
      weights: Object.fromEntries(
        Object.entries(network.weights).map(([name, { shape, spread = 0, fill = 0 }]) => [
          name,
          spread > 0 ? normal(shape, spread, this.random) : new Float32Array(sizeOf(shape)).fill(fill),
        ])
      ),
    }
    this.itemOptimizer = new Adam(this.learned.items)
    this.optimizers = Object.fromEntries(
      Object.entries(this.learned.weights).map(([name, weights]) => {
        const isMatrix = network.weights[name].shape.length > 1
        return [name, new Adam(weights, isMatrix ? options.weightDecay : 0)]
      })
    )
  }

  /**
   * Goes through `chosen` once and returns the mean loss of a step. `rate` is asked at every batch, with the share of
   * the epoch that is done; without it nothing is learned and nothing dropped.
   */
  async epoch(
    chosen: readonly number[],
    learn?: { rate(share: number): number; isOver(): boolean }
  ): Promise<number> {
    const list = batches(this.sequences, chosen, this.options, this.random)
    let [loss, weight] = [0, 0]
    for (const [i, batch] of list.entries()) {
      this.context.checkCancelled()
      if (learn?.isOver()) break
      const result = await this.step(batch, learn?.rate(i / list.length))
      loss += result.loss
      weight += result.weight
    }
    return weight > 0 ? loss / weight : 0
  }

  close(): void {
    for (const { program } of this.programs.values()) program.close()
    this.programs.clear()
  }

  private async step(batch: Batch, rate: number | undefined): Promise<{ loss: number; weight: number }> {
    const { program, masks } = await this.programFor(batch.length)
    const { own, weight } = this.rowsOf(batch)
    const { items, bias, places } = this.sampler.draw(own, this.random)
    const positions = weight.length
    const drop = (mask: Float32Array) => (rate === undefined ? mask.fill(1) : this.dropout.fill(mask))
    const feeds: Feeds = {
      ...weightFeeds(this.learned.weights),
      ...Object.fromEntries(masks.map((mask, i) => [`dropout:${i}`, drop(mask)])),
      items: rowsOf(this.learned.items, items, this.options.dimensions),
      bias,
      sequence: places.subarray(0, positions),
      target: places.subarray(positions),
      weight,
    }
    const outputs = await program.run(feeds)
    const loss = outputs.loss[0]
    if (!Number.isFinite(loss))
      throw new PersonalizationError("invalid_option", "the loss is not a number: lower `learningRate`")
    if (rate !== undefined) {
      this.itemOptimizer.update(outputs[ITEM_GRADIENT], rate, items)
      for (const [name, optimizer] of Object.entries(this.optimizers))
        optimizer.update(outputs[gradientOf(name)], rate)
    }
    return { loss, weight: weight.reduce((sum, value) => sum + value, 0) }
  }

  private async programFor(length: number) {
    const known = this.programs.get(length)
    if (known) return known
    const { dimensions, positions, sharpness } = this.options
    const batch = batchSize(length, positions)
    const shape = { batch, length, candidates: this.sampler.size, dimensions }
    const { graph, dropouts } = trainingGraph(this.network, shape, sharpness)
    const program = await this.trainer.compile(graph)
    const masks = Array.from({ length: dropouts }, () => new Float32Array(batch * length * dimensions))
    this.programs.set(length, { program, masks })
    return { program, masks }
  }

  /** Items seen, then items to come, sequence by sequence, and what the steps count; those of padding 0. */
  private rowsOf({ length, sequences }: Batch): { own: Int32Array; weight: Float32Array } {
    const { start, item, age } = this.sequences
    const { recencyScale, positions } = this.options
    const size = batchSize(length, positions) * length
    const own = new Int32Array(2 * size).fill(item[start[sequences[0]]])
    const weight = new Float32Array(size)
    sequences.forEach((sequence, i) => {
      const from = start[sequence]
      const steps = start[sequence + 1] - from - 1
      const value = recencyScale > 0 ? Math.exp(-age[sequence] / recencyScale) : 1
      for (let step = 0; step < steps; step++) {
        const at = i * length + step
        own[at] = item[from + step]
        own[size + at] = item[from + step + 1]
        weight[at] = value / size
      }
    })
    return { own, weight }
  }
}

function rowsOf(matrix: Float32Array, rows: Int32Array, width: number): Float32Array {
  const result = new Float32Array(rows.length * width)
  rows.forEach((row, i) => result.set(matrix.subarray(row * width, (row + 1) * width), i * width))
  return result
}

function normal(shape: Shape, spread: number, random: Random): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, () => spread * random.normal())
}
