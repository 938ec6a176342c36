import { BoostedTrees, PersonalizationError, TopK, type Artifact, type Scored } from "../../lib"
import type { FitContext, Model, ModelDefinition, ModelQuery } from "../model"
import { modelOptions } from "../options"
import type { TrainingData } from "../training-data"
import { blendCandidates, blendFeatureNames, meanRankAt, type SourceAnswer } from "./blend-features"
import { blendOptions, type BlendOptions } from "./blend-options"
import { blendFold, kindOf, QUERY_KINDS, type QueryKind } from "./folds"
import { ItemFacts } from "./item-facts"
import { fitRanker } from "./ranker"

/** Constant of reciprocal rank fusion (Cormack, Clarke & Büttcher 2009). */
const RRF = 60

/** Weight of the mean reciprocal rank, too small to change anything but a tie. */
const TIE = 1e-6
/** Items of the question itself that every source is asked for beyond its candidates, at most. */
const MOST_OWN = 100

/**
 * A learned blend: every source names items, and boosted trees order them by what the sources said and by what is
 * known of item and question (stacking: the sources are asked about sessions newer than all they learned from). A
 * ranker for each kind of question; where one cannot be learned, another kind's is taken, else reciprocal rank fusion.
 * Fit needs what the largest source needs, twice, and 5 bytes per feature for `maxRows` items.
 */
class Blend implements Model {
  readonly name = "blend"
  private readonly options: BlendOptions
  private readonly definitions: readonly ModelDefinition[]
  private sources: Model[] = []
  private facts = ItemFacts.empty()
  private rankers = new Map<QueryKind, BoostedTrees>()
  private scores = new Float64Array(0)

  constructor(all: readonly ModelDefinition[], options?: Record<string, unknown>) {
    this.options = modelOptions("blend", blendOptions, options)
    this.definitions = chosen(all, this.options.sources)
  }

  async fit(data: TrainingData, context: FitContext): Promise<void> {
    const { share, maxExamples } = this.options
    const fold = blendFold(data, { share, maxExamples, seed: context.seed })
    this.rankers = new Map()
    this.sources = await this.fitSources(this.definitions, fold.train, part(context, 0, 0.35))
    this.facts = ItemFacts.of(fold.train)
    const names = this.sources.map(({ name }) => name)
    for (const [i, kind] of QUERY_KINDS.entries()) {
      const told = part(context, 0.35 + 0.1 * i, 0.1)
      const ranker = fitRanker(
        fold.examples[kind],
        (query) => this.ask(query, 0),
        this.facts,
        this.options,
        told
      )
      if (!ranker) continue
      this.rankers.set(kind, ranker)
      context.logger.debug(
        `blend: ${kind} from ${fold.examples[kind].length} questions, ${describe(ranker, names)}`
      )
    }
    const kept = this.definitions.filter(({ name }) => names.includes(name))
    this.sources = await this.fitSources(kept, data, part(context, 0.65, 0.35), true)
    this.facts = ItemFacts.of(data)
    context.progress(1)
  }

  recommend(query: ModelQuery, k: number): Scored[] {
    if (k === 0) return []
    const answers = this.ask(query, k)
    const ranker = this.rankerFor(kindOf(query))
    if (!ranker) return fuse(answers, k)
    const { ids, values } = blendCandidates(answers, query, this.facts)
    if (ids.length === 0) return []
    if (this.scores.length < ids.length) this.scores = new Float64Array(2 * ids.length)
    const width = values.length / ids.length
    ranker.predict({ width, values }, ids.length, this.scores)
    const top = new TopK(Math.min(k, ids.length))
    // Trees give many items the same score; what the sources say on average decides between them.
    for (let row = 0; row < ids.length; row++) {
      top.offer(row, this.scores[row] + TIE * values[row * width + meanRankAt(answers.length)])
    }
    const { numbers, scores } = top.drain()
    return Array.from(numbers, (row, rank) => ({ id: ids[row], score: scores[rank] }))
  }

  save(): Artifact {
    const parts: [string, Artifact][] = [
      ["facts", this.facts.save()],
      ...[...this.rankers].map(([kind, ranker]): [string, Artifact] => [`ranker:${kind}`, ranker.save()]),
      ...this.sources.map((source): [string, Artifact] => [`source:${source.name}`, source.save()]),
    ]
    return {
      meta: Object.fromEntries(parts.map(([name, { meta }]) => [name, meta])),
      arrays: Object.fromEntries(
        parts.flatMap(([name, { arrays }]) =>
          Object.entries(arrays).map(([key, array]) => [`${name}/${key}`, array])
        )
      ),
    }
  }

  load({ meta, arrays }: Artifact): void {
    const partOf = (name: string): Artifact | undefined => {
      if (!(name in meta)) return undefined
      const own = Object.entries(arrays).filter(([key]) => key.startsWith(`${name}/`))
      return {
        meta: meta[name] as Artifact["meta"],
        arrays: Object.fromEntries(own.map(([key, array]) => [key.slice(name.length + 1), array])),
      }
    }
    this.facts = ItemFacts.load(partOf("facts")!)
    this.rankers = new Map()
    for (const kind of QUERY_KINDS) {
      const saved = partOf(`ranker:${kind}`)
      if (saved) this.rankers.set(kind, BoostedTrees.load(saved))
    }
    this.sources = []
    for (const { name, create } of this.definitions) {
      const saved = partOf(`source:${name}`)
      if (!saved) continue
      const source = create(this.options.sourceOptions[name])
      source.load(saved)
      this.sources.push(source)
    }
  }

  /** One answer per source. The question's own items must not crowd out the others. */
  private ask(query: ModelQuery, k: number): SourceAnswer[] {
    const own = new Set([...(query.session ?? []), ...(query.seeds ?? []), ...(query.history ?? [])])
    const size = Math.max(this.options.candidates, k) + Math.min(own.size, MOST_OWN)
    return this.sources.map((source) => ({
      list: source.recommend(query, size),
      ...(source.score && { score: (ids: readonly string[]) => source.score!(query, ids) }),
    }))
  }

  private rankerFor(kind: QueryKind): BoostedTrees | undefined {
    const own = this.rankers.get(kind)
    if (own) return own
    for (const other of QUERY_KINDS) if (this.rankers.has(other)) return this.rankers.get(other)
    return undefined
  }

  /** Fits the sources; one that fails is left out, unless `all` must be there because a ranker counts on it. */
  private async fitSources(
    definitions: readonly ModelDefinition[],
    data: TrainingData,
    context: FitContext,
    all = false
  ): Promise<Model[]> {
    const fitted: Model[] = []
    for (const [i, { name, create }] of definitions.entries()) {
      const source = create(this.options.sourceOptions[name])
      try {
        await source.fit(data, part(context, i / definitions.length, 1 / definitions.length))
      } catch (error) {
        const isCancelled = error instanceof PersonalizationError && error.code === "cancelled"
        if (isCancelled || all) throw error
        context.logger.warn(`blend: ${name} is left out: ${(error as Error).message}`)
        continue
      }
      fitted.push(source)
    }
    return fitted
  }
}

/** Sum of 1/(60 + rank) over the sources. */
function fuse(answers: readonly SourceAnswer[], k: number): Scored[] {
  const sums = new Map<string, number>()
  for (const { list } of answers) {
    list.forEach(({ id }, rank) => sums.set(id, (sums.get(id) ?? 0) + 1 / (RRF + rank)))
  }
  return [...sums]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
    .slice(0, k)
}

function chosen(all: readonly ModelDefinition[], names: string): readonly ModelDefinition[] {
  if (!names) return all
  const wanted = names.split(",").map((name) => name.trim())
  const unknown = wanted.find((name) => !all.some((definition) => definition.name === name))
  if (unknown !== undefined) {
    throw new PersonalizationError(
      "invalid_option",
      `option \`blend.sources\`: there is no "${unknown}"; there are ${all.map(({ name }) => name).join(", ")}`
    )
  }
  return all.filter(({ name }) => wanted.includes(name))
}

function describe(ranker: BoostedTrees, sources: readonly string[]): string {
  const names = blendFeatureNames(sources)
  const counts = [...ranker.splits()].map((count, feature) => ({ name: names[feature], count }))
  const first = counts.sort((a, b) => b.count - a.count).slice(0, 12)
  return `${ranker.size} trees, splits: ${first.map(({ name, count }) => `${name} ${count}`).join(", ")}`
}

/** The part of a fit's progress from `from` on that is `share` long. */
function part(context: FitContext, from: number, share: number): FitContext {
  return {
    ...context,
    // Rounded, so that the end of one part is not a hair above the beginning of the next.
    progress: (done) => context.progress(Math.round((from + share * done) * 1e6) / 1e6),
  }
}

/** The blend of `sources`, the other models. */
export const blendOf = (sources: readonly ModelDefinition[]): ModelDefinition => ({
  name: "blend",
  create: (options) => new Blend(sources, options),
})
