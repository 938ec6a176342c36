/**
 * Are the nearest products of the same kind? Precision@10 of a label among the neighbours by text, by picture, and by both:
 * `tsx benchmark/quality/content.ts <folder> <products.csv.gz> <label> [pictures.tar] [use-lite]`.
 * The label is read for the score only; text is the title. Odd ids are reported apart: the descriptors' weights were chosen
 * on pictures with even ids.
 */
import { join } from "node:path"
import { readLabelledProducts, readTar, type LabelledProduct } from "../../src/adapters/datasets"
import { EnergeticTextEmbedder } from "../../src/adapters/energetic"
import { decodePicture, sharpImageEmbedder } from "../../src/adapters/sharp"
import type { Product } from "../../src/services/features"
import { toTrainingData } from "../../src/services/measurement"
import { MODELS, type FitContext, type GivenSpaces } from "../../src/services/models"

const K = 10
const context: FitContext = {
  seed: 1,
  logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
  progress() {},
  checkCancelled() {},
}

const toProduct = ({ id, title }: LabelledProduct): Product => ({
  id,
  title,
  status: "published",
  categories: [],
  tags: [],
  options: {},
  salesChannelIds: [],
  variants: [],
  inStock: true,
  createdAt: 0,
  updatedAt: 0,
})

/** Vectors of all pictures that can be read, by product id. */
async function vectorsOf(
  pictures: ReadonlyMap<string, Uint8Array>,
  embed: (picture: Uint8Array) => Promise<Float32Array>
): Promise<Map<string, Float32Array>> {
  const vectors = new Map<string, Float32Array>()
  for (const [name, picture] of pictures) {
    const vector = await embed(picture).catch(() => undefined)
    if (vector) vectors.set(name.replace(/\.\w+$/, ""), vector)
  }
  return vectors
}

async function measure(
  name: string,
  [products, label]: [LabelledProduct[], string],
  options: Record<string, unknown>,
  given: GivenSpaces | undefined
): Promise<void> {
  const data = { ...toTrainingData([], products.map(toProduct)), given }
  const model = MODELS.find((definition) => definition.name === "content")!.create(options)
  const begun = performance.now()
  await model.fit(data, context)
  const seconds = (performance.now() - begun) / 1000
  const kinds = new Map(products.map(({ id, labels }) => [id, labels[label]]))
  const sum = { all: 0, odd: 0 }
  const count = { all: 0, odd: 0 }
  for (const { id } of products) {
    const list = model.recommend({ seeds: [id] }, K)
    const precision = list.filter((near) => kinds.get(near.id) === kinds.get(id)).length / K
    for (const part of /[13579]$/.test(id) ? (["all", "odd"] as const) : (["all"] as const)) {
      sum[part] += precision
      count[part]++
    }
  }
  const [all, odd] = (["all", "odd"] as const).map((part) => (sum[part] / count[part]).toFixed(4))
  console.log(`${name.padEnd(22)} ${label} P@${K} ${all}, of odd ids ${odd}; fit ${seconds.toFixed(1)} s`)
}

async function main([folder, file, label, ...rest]: string[]): Promise<void> {
  const products = await readLabelledProducts(folder, file)
  const of: [LabelledProduct[], string] = [products, label]
  const counts = new Map<string, number>()
  for (const { labels } of products) counts.set(labels[label], (counts.get(labels[label]) ?? 0) + 1)
  const chance = [...counts.values()].reduce((total, count) => total + (count / products.length) ** 2, 0)
  console.log(`${products.length} products, ${counts.size} kinds; chance ${chance.toFixed(4)}`)
  const dimensions = 128
  const [text, image] = [
    { dimensions, text: 1, attributes: 0 },
    { dimensions, text: 0, attributes: 0, image: 1 },
  ]
  await measure("text: LSA", of, text, undefined)
  if (rest.includes("use-lite")) {
    const vectors = await new EnergeticTextEmbedder().embed(products.map(({ title }) => title))
    const given = { name: "use-lite", vectors: new Map(products.map(({ id }, i) => [id, vectors[i]])) }
    await measure("text: USE-lite", of, text, { text: given })
  }
  const tar = rest.find((name) => name.endsWith(".tar"))
  if (!tar) return
  const pictures = await readTar(join(folder, tar))
  const pixels = await vectorsOf(pictures, async (picture) =>
    Float32Array.from((await decodePicture(picture, 16, 16, "contain")).rgb)
  )
  await measure("image: pixels, PCA", of, image, { image: { name: "pixels", vectors: pixels } })
  const begun = performance.now()
  const described = await vectorsOf(pictures, (picture) => sharpImageEmbedder.embed(picture))
  const each = (performance.now() - begun) / described.size
  console.log(`${described.size} pictures described, ${each.toFixed(1)} ms each`)
  const given = { image: { name: sharpImageEmbedder.name, vectors: described } }
  await measure("image: descriptors", of, image, given)
  await measure("text and image", of, { dimensions, attributes: 0, text: 1, image: 1 }, given)
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String((error as Error).stack)}\n`)
  process.exitCode = 1
})
