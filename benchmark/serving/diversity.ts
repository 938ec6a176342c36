/**
 * What λ trades: nDCG@10 against the diversity of the lists, for MMR and DPP, on a public data set. Writes the plot into
 * docs/images/diversity.svg and the figures into docs/quality.md:
 * npx tsx benchmark/serving/diversity.ts <folder of amazon_beauty> [shopper of every so many, default 4]
 */
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { detectDataset } from "../../src/adapters/datasets"
import { listMetrics, pessimisticRanks, Random, silentLogger } from "../../src/services/lib"
import { split, toTrainingData } from "../../src/services/measurement"
import { MODELS, type ProductEmbedder } from "../../src/services/models"
import { NEVER_SHOWN, NOBODY, type Catalog } from "../../src/services/features"
import { RERANKERS, type Ranked } from "../../src/services/ranking"
import { dot } from "../../src/services/retrieval"
import { tradeOffPlot, type Point } from "./trade-off-plot"

const ROOT = join(__dirname, "../..")
const PAGE = join(ROOT, "docs/quality.md")
const PLOT = join(ROOT, "docs/images/diversity.svg")
const [BEGIN, END] = ["<!-- diversity: begin -->", "<!-- diversity: end -->"]
const K = 10
const CANDIDATES = 100
const LAMBDAS = [1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0]
async function measure(folder: string, every: number) {
  const { reader, files } = await detectDataset(folder)
  const data = await reader.read(folder, files)
  const { train, examples: all } = split(data, "leave-one-out", { testShare: 0.1, seed: 1 })
  const examples = all.filter((_, i) => i % every === 0)
  const training = toTrainingData(train, data.products)
  const context = { seed: 1, logger: silentLogger, progress() {}, checkCancelled() {} }
  const [model, embedder] = ["vmis-knn", "text-lsa"].map((name) =>
    MODELS.find((one) => one.name === name)!.create()
  )
  await model.fit(training, context)
  await embedder.fit(training, context)
  const products = new Map(training.products.map((product) => [product.id, product]))
  const vectors = new Map<string, Float32Array | undefined>()
  const vectorOf = (id: string) => {
    if (!vectors.has(id)) {
      const product = products.get(id)
      vectors.set(id, product && (embedder as unknown as ProductEmbedder).embed(product))
    }
    return vectors.get(id)
  }
  const catalog = { get: (id: string) => products.get(id) } as Catalog
  const lists = examples.map(({ query, exclude }) => {
    const out = new Set(exclude)
    const found = model.recommend(query, CANDIDATES + out.size).filter(({ id }) => !out.has(id))
    return found.map(({ id, score }): Ranked => ({ id, score, source: model.name, features: [] }))
  })
  const curves: Record<string, Point[]> = {}
  for (const name of ["mmr", "dpp"]) {
    const reranker = RERANKERS.find((one) => one.name === name)!
    curves[name] = LAMBDAS.map((setting): Point => {
      let [ndcg, diversity, varied] = [0, 0, 0]
      examples.forEach(({ targets }, i) => {
        const list = reranker.rerank({
          ...{ items: lists[i], ranked: lists[i], limit: K, setting, catalog, vectorOf },
          ...{ shopper: NOBODY, seeds: [], tallyOf: () => NEVER_SHOWN, random: new Random(1) },
        })
        const ranks = pessimisticRanks(
          list.map(({ id }, rank) => ({ id, score: -rank })),
          new Set(targets)
        )
        ndcg += listMetrics(ranks, targets.length, K).ndcg
        const apart = diversityOf(list, vectorOf)
        if (apart === undefined) return
        diversity += apart
        varied++
      })
      return { lambda: setting, ndcg: ndcg / examples.length, diversity: diversity / varied }
    })
  }
  return { curves, examples: examples.length, of: all.length, items: products.size }
}

/** Mean of 1 − cosine over the pairs of a list. */
function diversityOf(
  list: readonly Ranked[],
  vectorOf: (id: string) => Float32Array | undefined
): number | undefined {
  const looks = list.flatMap(({ id }) => vectorOf(id) ?? [])
  let [sum, pairs] = [0, 0]
  for (let i = 0; i < looks.length; i++)
    for (let j = 0; j < i; j++) {
      sum += 1 - Math.max(0, dot(looks[i], looks[j]))
      pairs++
    }
  return pairs > 0 ? sum / pairs : undefined
}

/** As λ falls, diversity must not fall and nDCG must not rise. */
function monotonic(points: readonly Point[], of: "ndcg" | "diversity"): boolean {
  const sign = of === "ndcg" ? -1 : 1
  return points.every((point, i) => i === 0 || sign * (point[of] - points[i - 1][of]) >= -1e-4)
}

async function main() {
  const [folder, every = "4"] = process.argv.slice(2)
  if (!folder) throw new Error("say where the data set is: npx tsx benchmark/serving/diversity.ts <folder>")
  const { curves, examples, of, items } = await measure(folder, Number(every))
  const row = (i: number) => {
    const cells = ["mmr", "dpp"].map(
      (name) => `${curves[name][i].ndcg.toFixed(4)} | ${curves[name][i].diversity.toFixed(3)}`
    )
    return `| ${LAMBDAS[i]} | ${cells.join(" | ")} |`
  }
  const verdicts = Object.entries(curves).map(
    ([name, points]) =>
      `${name}: nDCG ${monotonic(points, "ndcg") ? "never rises" : "rises somewhere"}, diversity ${monotonic(points, "diversity") ? "never falls" : "falls somewhere"}`
  )
  const section = [
    BEGIN,
    `\`vmis-knn\`'s first ${CANDIDATES} items on amazon_beauty (${items} items), leave-one-out, ${examples} of ${of} shoppers, lists of ${K}; full ranking. Diversity: mean of 1 − cosine of the text vectors (\`text-lsa\`) over the pairs of a list.`,
    "",
    "| λ | MMR nDCG@10 | MMR diversity | DPP nDCG@10 | DPP diversity |",
    "| - | - | - | - | - |",
    ...LAMBDAS.map((_, i) => row(i)),
    "",
    `As λ falls (tolerance 0.0001): ${verdicts.join("; ")}.`,
    END,
  ].join("\n")
  console.log(section)
  writeFileSync(PLOT, tradeOffPlot(curves, K))
  const page = readFileSync(PAGE, "utf8")
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)]
  if (from < 0 || to < 0) throw new Error(`${PAGE} lacks the marks ${BEGIN} and ${END}`)
  writeFileSync(PAGE, page.slice(0, from) + section + page.slice(to + END.length))
}

void main()
