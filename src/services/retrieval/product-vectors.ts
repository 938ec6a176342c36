import { createHash } from "node:crypto"
import type { Product } from "../features"
import type { Logger, Metrics } from "../lib"
import { embeddableText } from "../models"
import type { GivenSpace, GivenSpaces, ImageEmbedder, PictureSource, TextEmbedder } from "../models"
import type { ItemVectorStore } from "./item-vector-store.port"

export interface ProductVectorsParts {
  /** Where it is missing, models read the texts themselves. */
  text?: TextEmbedder
  /** Where it is missing, pictures are not looked at. */
  image?: { embedder: ImageEmbedder; pictures: PictureSource }
  store: ItemVectorStore
  metrics: Metrics
  logger: Logger
}

/** Texts embedded, and vectors kept, at a time: what is done stays done when a later one fails. */
const BATCH = 256
/** Pictures fetched at a time. */
const AT_ONCE = 8
/** After so many failures in a row of one host, its other pictures wait for the next run. */
const PATIENCE = 8

/**
 * What embedders outside the models say of products. Vectors are kept by what they were made of (a digest of the text, or of
 * the picture's address, which a shop changes with the picture), so that nothing is embedded twice, in whichever process.
 * What cannot be had now is missing in the answer and asked for again next time; nothing here ever rejects.
 */
export class ProductVectors {
  constructor(private readonly parts: ProductVectorsParts) {}

  /**
   * Vectors of some products (of a thousand pictures: 5 MB), made where they are not known yet.
   * @param whole these are all products there are: what is kept of others is forgotten
   */
  async of(products: readonly Product[], whole = false): Promise<GivenSpaces> {
    const { text, image } = this.parts
    return {
      ...(text && {
        text: await this.space("given-text", text.name, products, whole, embeddableText, (missing) =>
          text.embed(missing)
        ),
      }),
      ...(image && {
        image: await this.space(
          "given-image",
          image.embedder.name,
          products,
          whole,
          ({ thumbnail }) => thumbnail,
          (missing) => this.embedPictures(image, missing)
        ),
      }),
    }
  }

  private async space(
    space: string,
    name: string,
    products: readonly Product[],
    whole: boolean,
    sourceOf: (product: Product) => string | undefined,
    embed: (sources: string[]) => Promise<(Float32Array | undefined)[]>
  ): Promise<GivenSpace> {
    const { store, logger, metrics } = this.parts
    const keys = new Map<string, string>()
    const sources = new Map<string, string>()
    for (const product of products) {
      const source = sourceOf(product)
      if (!source) continue
      const key = createHash("sha256").update(source).digest("hex").slice(0, 32)
      keys.set(product.id, key)
      sources.set(key, source)
    }
    const known = new Map<string, Float32Array>()
    try {
      const kept = await store.load(space, name, whole ? undefined : [...sources.keys()])
      kept.ids.forEach((key, row) => {
        const from = row * kept.dimensions
        if (sources.has(key)) known.set(key, kept.vectors.subarray(from, from + kept.dimensions))
      })
      if (whole)
        await store.remove(
          space,
          kept.ids.filter((key) => !sources.has(key))
        )
      const missing = [...sources].filter(([key]) => !known.has(key))
      for (let from = 0; from < missing.length; from += BATCH) {
        const batch = missing.slice(from, from + BATCH)
        const vectors = await embed(batch.map(([, source]) => source))
        const made = batch.flatMap(([key], i) => (vectors[i] ? [{ key, vector: vectors[i] }] : []))
        for (const { key, vector } of made) known.set(key, vector)
        const matrix = Float32Array.from(made.flatMap(({ vector }) => [...vector]))
        await store.put(
          space,
          name,
          made.map(({ key }) => key),
          matrix
        )
      }
    } catch (error) {
      metrics.count("product_vector_failures_total", { space })
      logger.warn(`Products go without the vectors of ${name}: ${(error as Error).message}`)
    }
    const vectors = new Map<string, Float32Array>()
    for (const [id, key] of keys) {
      const vector = known.get(key)
      if (vector) vectors.set(id, vector)
    }
    return { name, vectors }
  }

  /** One picture's failure is its own; a host that answers nothing is let be. */
  private async embedPictures(
    { embedder, pictures }: { embedder: ImageEmbedder; pictures: PictureSource },
    urls: string[]
  ): Promise<(Float32Array | undefined)[]> {
    const vectors: (Float32Array | undefined)[] = new Array<undefined>(urls.length).fill(undefined)
    const failures = new Map<string, number>()
    let next = 0
    let failed = 0
    let last: Error | undefined
    const work = async () => {
      while (next < urls.length) {
        const at = next++
        const host = hostOf(urls[at])
        if ((failures.get(host) ?? 0) >= PATIENCE) continue
        try {
          vectors[at] = await embedder.embed(await pictures.fetch(urls[at]))
          failures.set(host, 0)
        } catch (error) {
          failures.set(host, (failures.get(host) ?? 0) + 1)
          failed++
          last = error as Error
        }
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    if (last) {
      this.parts.metrics.count("product_vector_failures_total", { space: "given-image" }, failed)
      this.parts.logger.warn(
        `${failed} of ${urls.length} pictures could not be read, the last: ${last.message}`
      )
    }
    return vectors
  }
}

const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : "")
