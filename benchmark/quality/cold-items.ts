/**
 * What new products get: `tsx benchmark/quality/cold-items.ts <folder of user sequences> [--tune] [option=value …]`.
 *
 * A fifth of the items, drawn by seed, loses all interactions; models learn from the rest and are asked for the last item of
 * the sequences that end in one of them, from what was seen before (hidden items left out as well). Two rankings are
 * scored: of the hidden items alone, and of all items. Popularity knows nothing of hidden items, so it is given here what
 * it could not have in a shop: their true counts.
 * `--tune` hides items and takes the last but one item from the training part, so that options are chosen without the test.
 */
import { detectDataset } from "../../src/adapters/datasets"
import { bootstrapMean, Random, type Scored } from "../../src/services/lib"
import { split, toTrainingData, type Example, type RawSession } from "../../src/services/measurement"
import { MODELS, type FitContext, type Model, type ModelQuery } from "../../src/services/models"

const HIDDEN_SHARE = 0.2
const K = 20
const SEED = 1

const context: FitContext = {
  seed: SEED,
  logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
  progress() {},
  checkCancelled() {},
}

/** Position of the target among those items of a list that count, from 1; 0 when it is not there. */
function rankOf(list: readonly Scored[], target: string, counts: (id: string) => boolean): number {
  let rank = 0
  for (const { id } of list) {
    if (!counts(id)) continue
    rank++
    if (id === target) return rank
  }
  return 0
}

function report(name: string, ranks: Record<string, number[]>): void {
  for (const [what, all] of Object.entries(ranks)) {
    const hits = all.map((rank) => (rank > 0 && rank <= K ? 1 : 0))
    const units = hits.map((_, unit) => unit)
    const { low, high } = bootstrapMean(hits, units, { seed: SEED, rounds: 500 })
    const mean = hits.reduce((sum: number, hit) => sum + hit, 0) / hits.length
    console.log(
      `${name.padEnd(28)} ${what.padEnd(18)} HR@${K} ${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}]`
    )
  }
}

/** Reciprocal rank fusion (Cormack, Clarke & Büttcher 2009) of the models' lists. */
function fused(models: readonly Model[], query: ModelQuery, k: number): Scored[] {
  const scores = new Map<string, number>()
  for (const model of models)
    model
      .recommend(query, k)
      .forEach(({ id }, rank) => scores.set(id, (scores.get(id) ?? 0) + 1 / (60 + rank)))
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
}

async function main(): Promise<void> {
  const [folder, ...rest] = process.argv.slice(2)
  const options = Object.fromEntries(
    rest.filter((arg) => !arg.startsWith("--")).map((arg) => arg.split("="))
  ) as Record<string, string>
  const { reader, files } = await detectDataset(folder)
  const data = await reader.read(folder, files)
  let { train, examples } = split(data, "leave-one-out", { testShare: 0.1, seed: SEED })
  if (rest.includes("--tune")) {
    ;({ train, examples } = split({ ...data, sessions: train }, "leave-one-out", {
      testShare: 0.1,
      seed: SEED,
    }))
  }
  const ids = [...new Set(data.products.map(({ id }) => id))].sort()
  const hidden = new Set(new Random(SEED + 41).shuffle(ids).slice(0, Math.round(ids.length * HIDDEN_SHARE)))
  const visible = (id: string) => !hidden.has(id)
  const kept: RawSession[] = train
    .map((session) => {
      const rows = session.items.flatMap((id, i) => (visible(id) ? [i] : []))
      return {
        ...session,
        items: rows.map((i) => session.items[i]),
        times: rows.map((i) => session.times[i]),
      }
    })
    .filter(({ items }) => items.length > 0)
  const asked: Example[] = examples
    .filter(({ targets }) => hidden.has(targets[0]))
    .map((example) => ({ ...example, query: { history: (example.query.history ?? []).filter(visible) } }))
    .filter(({ query }) => query.history!.length > 0)
  console.log(
    `${hidden.size} of ${ids.length} items hidden, ${asked.length} examples that ask for one of them`
  )
  const items = ids.length

  const counts = new Map<string, number>()
  for (const { items } of train) for (const id of items) counts.set(id, (counts.get(id) ?? 0) + 1)
  const popular = ids
    .map((id) => ({ id, score: counts.get(id) ?? 0 }))
    .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
  const score = (listOf: (example: Example) => Scored[]) => {
    const ranks: Record<string, number[]> = { "among hidden": [], "among all": [] }
    for (const example of asked) {
      const list = listOf(example)
      const seen = new Set(example.query.history)
      ranks["among hidden"].push(rankOf(list, example.targets[0], (id) => hidden.has(id)))
      ranks["among all"].push(rankOf(list, example.targets[0], (id) => !seen.has(id)))
    }
    return ranks
  }
  report(
    "popularity (true counts)",
    score(() => popular)
  )
  const learned = toTrainingData(kept, data.products)
  const models: Model[] = []
  for (const name of (options.models ?? "content,cold-items").split(",")) {
    const definition = MODELS.find((model) => model.name === name)
    if (!definition) throw new Error(`there is no model ${name}`)
    const own = Object.entries(options).filter(([key]) => key.startsWith(`${name}.`))
    const model: Model = definition.create(
      Object.fromEntries(own.map(([key, value]) => [key.slice(name.length + 1), value]))
    )
    const begun = Date.now()
    await model.fit(learned, context)
    const seconds = ((Date.now() - begun) / 1000).toFixed(0)
    report(
      `${name} (fit ${seconds} s)`,
      score(({ query }) => model.recommend(query, items))
    )
    models.push(model)
  }
  report(
    "all of them, by their ranks",
    score(({ query }) => fused(models, query, items))
  )
}

void main()
