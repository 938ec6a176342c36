/**
 * Does bought-together find complements, and what is like an item substitutes?
 * `tsx benchmark/quality/relations.ts <folder of user events with item_meta.tsv> [even|odd]`.
 *
 * Truth: of each item, what the shop's page said was also bought but not also viewed (complements), and the reverse
 * (substitutes). A model's score of each is asked, and the AUC is the share of pairs (complement, substitute) of an item in
 * which the complement has the higher score, ties half: averaged over items of which the model scores at least one of each
 * (`scored`), and over all items with both (`all`: unscored count as 0). Items by the parity of their ids: what is weighed
 * by hand was chosen on the even ones.
 */
import { detectDataset, readItemRelations } from "../../src/adapters/datasets"
import { bootstrapMean } from "../../src/services/lib"
import { toTrainingData } from "../../src/services/measurement"
import { MODELS, type FitContext } from "../../src/services/models"

const context: FitContext = {
  seed: 1,
  logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
  progress() {},
  checkCancelled() {},
}

type Scores = (id: string) => (other: string) => number

function aucOf(higher: readonly number[], lower: readonly number[]): number {
  let won = 0
  for (const a of higher) for (const b of lower) won += a > b ? 1 : a === b ? 0.5 : 0
  return won / (higher.length * lower.length)
}

async function main([folder, parity]: string[]): Promise<void> {
  const { reader, files } = await detectDataset(folder)
  const data = await reader.read(folder, files)
  const relations = await readItemRelations(
    folder,
    files.find((file) => file.startsWith("item_meta"))!
  )
  // The only thing that the file says of an item's content.
  const products = [...relations].map(([id, { category }]) => ({
    id,
    title: "",
    status: "published",
    categories: [{ id: category, name: category }],
    tags: [],
    options: {},
    salesChannelIds: [],
    variants: [],
    inStock: true,
    createdAt: 0,
    updatedAt: 0,
  }))
  const learned = toTrainingData(data.sessions, products)
  const known = new Set(learned.interactions.itemIds)
  const asked = [...relations].flatMap(([id, { alsoBought, alsoViewed }]) => {
    if (!known.has(id) || (parity && Number(id) % 2 !== (parity === "odd" ? 1 : 0))) return []
    const [bought, viewed] = [new Set(alsoBought), new Set(alsoViewed)]
    const complements = alsoBought.filter((other) => known.has(other) && !viewed.has(other))
    const substitutes = alsoViewed.filter((other) => known.has(other) && !bought.has(other))
    return complements.length > 0 && substitutes.length > 0 ? [{ id, complements, substitutes }] : []
  })
  console.log(`${known.size} items, ${learned.baskets.ts.length} orders; ${asked.length} items with both`)

  const report = (name: string, scores: Scores) => {
    const all: number[] = []
    const scored: number[] = []
    for (const { id, complements, substitutes } of asked) {
      const scoreOf = scores(id)
      const [higher, lower] = [complements.map(scoreOf), substitutes.map(scoreOf)]
      all.push(aucOf(higher, lower))
      const [some, others] = [higher, lower].map((values) => values.filter((value) => value !== 0))
      if (some.length > 0 && others.length > 0) scored.push(aucOf(some, others))
    }
    const said = [all, scored].map((values) => {
      const { mean, low, high } = bootstrapMean(values, [...values.keys()], { seed: 1, rounds: 500 })
      return `${mean.toFixed(4)} [${low.toFixed(4)}, ${high.toFixed(4)}] of ${values.length}`
    })
    console.log(`${name.padEnd(46)} all ${said[0]}   scored ${said[1]}`)
  }
  const fitted = async (name: string, options: Record<string, unknown> = {}) => {
    const model = MODELS.find((definition) => definition.name === name)!.create(options)
    await model.fit(learned, context)
    return model
  }
  const lists = (model: Awaited<ReturnType<typeof fitted>>): Scores => {
    return (id) => {
      const list = new Map(model.recommend({ seeds: [id] }, known.size).map((one) => [one.id, one.score]))
      return (other) => list.get(other) ?? 0
    }
  }
  const counts = new Map<string, number>()
  for (const { items } of data.sessions) for (const id of items) counts.set(id, (counts.get(id) ?? 0) + 1)
  report("how often the other is bought", () => (other) => counts.get(other) ?? 0)
  report("bought-together", lists(await fitted("bought-together")))
  const plain = lists(await fitted("bought-together", { rareness: 0 }))
  report("the same by the plain likelihood ratio", plain)
  for (const name of ["association-rules", "ials", "ease"]) report(name, lists(await fitted(name)))
  const shoppers = new Map<string, Set<string>>()
  for (const { user, items } of data.sessions)
    for (const id of items) shoppers.set(id, (shoppers.get(id) ?? new Set()).add(user!))
  report("similar: cosine of the sets of shoppers", (id) => (other) => {
    const [a, b] = [shoppers.get(id)!, shoppers.get(other)!]
    return [...a].filter((user) => b.has(user)).length / Math.sqrt(a.size * b.size)
  })
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exitCode = 1
})
