import { TopK, type Artifact, type Scored } from "../../lib"
import { ItemTable, sequenceOf } from "../item-table"
import type { FitContext, Model, ModelQuery } from "../model"
import { mayRecommendLast } from "../repeats"
import type { TrainingData } from "../training-data"
import { fitSequences } from "./fit-sequences"
import { ItemScorer } from "./item-scorer"
import type { SequenceNetwork } from "./network"
import { PortableProgram, portableTrainer } from "./portable-trainer"
import type { SequenceOptions } from "./sequence-options"
import { sequencesOf } from "./sequences"
import { answerGraph, weightFeeds, weightOf } from "./training-graph"

const EMPTY = new Float32Array(0)
/** What the kernel that compares vectors works in. */
const DIMENSIONS_STEP = 8

/**
 * A model that reads the sequence of what somebody looked at and says where it points to. Scores are the
 * probabilities of its softmax over all items. Answers need plain TypeScript only.
 * Memory: 4 bytes × dimensions per item, three times that while training.
 */
export class SequenceModel<O extends SequenceOptions> implements Model {
  items = new ItemTable([])
  private dimensions = 0
  private scorer = new ItemScorer(EMPTY, DIMENSIONS_STEP)
  private weights: Record<string, Float32Array> = {}
  private keepLast = false
  /** What the scorer's cosines are the answer to. */
  private compared?: { asked: string; total: number }
  private readonly programs = new Map<number, PortableProgram>()

  constructor(
    readonly name: string,
    private readonly options: O,
    private readonly networkOf: (options: O & { dimensions: number }) => SequenceNetwork
  ) {}

  async fit({ interactions }: TrainingData, context: FitContext): Promise<void> {
    context.checkCancelled()
    this.clear()
    const { maxLength, minSequences, recommendLast } = this.options
    this.keepLast = mayRecommendLast(recommendLast, interactions)
    const sequences = sequencesOf(interactions, { maxLength, keepRepeats: this.keepLast })
    if (sequences.age.length < minSequences) {
      context.logger.info(
        `${this.name}: ${sequences.age.length} sequences are too few to learn from, ${minSequences} are needed`
      )
      context.progress(1)
      return
    }
    this.items = new ItemTable(Array.from(sequences.items, (number) => interactions.itemIds[number]))
    this.dimensions = this.options.dimensions || dimensionsFor(this.items.size)
    const trainer = (await context.trainer?.()) ?? portableTrainer
    const options = { ...this.options, dimensions: this.dimensions }
    const network = this.networkOf(options)
    const learned = await fitSequences(this.name, network, sequences, options, trainer, context)
    if (!learned) {
      this.clear()
      context.progress(1)
      return
    }
    this.weights = learned.weights
    this.scorer = new ItemScorer(unit(learned.items, this.dimensions), this.dimensions)
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    const known = this.items.known(sequenceOf(query))
    if (known.length === 0 || k === 0) return []
    const total = this.compare(known)
    const { scores } = this.scorer
    const last = this.keepLast ? -1 : known[known.length - 1]
    const top = new TopK(Math.min(k, scores.length))
    for (let item = 0; item < scores.length; item++) if (item !== last) top.offer(item, scores[item])
    return this.items.scored(top).map(({ id, score }) => ({ id, score: this.weigh(score) / total }))
  }

  score(query: ModelQuery, ids: readonly string[]): Float64Array {
    const known = this.items.known(sequenceOf(query))
    if (known.length === 0) return new Float64Array(ids.length)
    const total = this.compare(known)
    const last = this.keepLast ? -1 : known[known.length - 1]
    return Float64Array.from(ids, (id) => {
      const item = this.items.numberOf(id)
      return item < 0 || item === last ? 0 : this.weigh(this.scorer.scores[item]) / total
    })
  }

  /** Where the query's sequence points to, at length 1; undefined when no item of it is known. */
  sessionVector(query: ModelQuery): Float32Array | undefined {
    const known = this.items.known(sequenceOf(query))
    return known.length > 0 ? this.vectorOf(known).slice() : undefined
  }

  /** The items' vectors at length 1, row by row; a session's nearest by cosine are the items that it points to. */
  itemVectors(): { ids: readonly string[]; dimensions: number; vectors: Float32Array } {
    return { ids: this.items.ids, dimensions: this.dimensions, vectors: this.scorer.vectors }
  }

  save(): Artifact {
    const weights = Object.entries(this.weights).map(([name, weight]) => [weightOf(name), weight])
    return {
      meta: { dimensions: this.dimensions, keepLast: this.keepLast },
      arrays: {
        items: this.items.pack(),
        vectors: this.scorer.vectors.slice(),
        ...Object.fromEntries(weights),
      },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.clear()
    this.dimensions = meta.dimensions as number
    this.keepLast = meta.keepLast === true
    this.items = ItemTable.unpack(arrays.items)
    if (this.items.size > 0) this.scorer = new ItemScorer(arrays.vectors as Float32Array, this.dimensions)
    for (const [name, array] of Object.entries(arrays)) {
      if (name.startsWith(weightOf(""))) this.weights[name.slice(weightOf("").length)] = array as Float32Array
    }
  }

  private clear(): void {
    this.items = new ItemTable([])
    this.dimensions = 0
    this.scorer = new ItemScorer(EMPTY, DIMENSIONS_STEP)
    this.weights = {}
    this.compared = undefined
    this.programs.clear()
  }

  /**
   * Fills `scores` with the cosines of all items and returns the sum of their weights. What was asked last is
   * remembered, for a blend asks the same twice: what the model names, and what it thinks of others.
   */
  private compare(known: readonly number[]): number {
    const asked = known.slice(-this.options.maxLength).join()
    if (this.compared?.asked === asked) return this.compared.total
    this.scorer.compare(this.vectorOf(known))
    let total = 0
    for (const cosine of this.scorer.scores) total += this.weigh(cosine)
    this.compared = { asked, total }
    return total
  }

  /** An item's part in the softmax; cosines are at most 1, so that it cannot overflow. */
  private weigh(cosine: number): number {
    return Math.exp(this.options.sharpness * (cosine - 1))
  }

  /** @returns a view that the next call overwrites */
  private vectorOf(known: readonly number[]): Float32Array {
    const { dimensions } = this
    const { vectors } = this.scorer
    const recent = known.slice(-this.options.maxLength)
    const x = new Float32Array(recent.length * dimensions)
    const scale = Math.sqrt(dimensions)
    recent.forEach((item, i) => {
      for (let j = 0; j < dimensions; j++) x[i * dimensions + j] = scale * vectors[item * dimensions + j]
    })
    const encoded = this.programFor(recent.length).runSync({ ...weightFeeds(this.weights), x }).vectors
    return encoded.subarray((recent.length - 1) * dimensions)
  }

  /** One per length of a sequence, of which there are `maxLength`. */
  private programFor(length: number): PortableProgram {
    let program = this.programs.get(length)
    if (!program) {
      const network = this.networkOf({ ...this.options, dimensions: this.dimensions })
      program = new PortableProgram(answerGraph(network, length, this.dimensions))
      this.programs.set(length, program)
    }
    return program
  }
}

/** More items, more directions to tell apart. */
function dimensionsFor(items: number): number {
  if (items < 1_000) return 32
  return items < 20_000 ? 64 : 96
}

function unit(vectors: Float32Array, dimensions: number): Float32Array {
  const result = new Float32Array(vectors.length)
  for (let begin = 0; begin < vectors.length; begin += dimensions) {
    let square = 1e-12
    for (let j = begin; j < begin + dimensions; j++) square += vectors[j] ** 2
    for (let j = begin; j < begin + dimensions; j++) result[j] = vectors[j] / Math.sqrt(square)
  }
  return result
}
