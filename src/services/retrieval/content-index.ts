import type { Logger, Metrics, Scored } from "../lib"
import type { Catalog, Product } from "../features"
import {
  givenOf,
  type GivenProduct,
  type GivenSpaces,
  type ModelQuery,
  type ProductEmbedder,
} from "../models"
import type { Knowledge } from "./candidate-source"
import type { ItemVectorStore } from "./item-vector-store.port"
import { Neighbours } from "./neighbours"
import { inSlices } from "./slices"
import type { MonitoredVectorIndex } from "./vector-index.port"
import { VectorTable } from "./vector-table"

/** Name of the vectors' space in the ItemVectorStore. */
const SPACE = "text"
/** An embedding takes up to some tenths of a millisecond. */
const EMBED_SLICE = 10
const SCAN_SLICE = 2_000
/** A new product takes up to half a millisecond of other models. */
const ADD_SLICE = 20
/** Popular products whose neighbours are looked for before anybody asks. */
const WARMED = 2_000
/** Products embedded, indexed and stored at a time: what is done stays done when a later batch fails. */
const BATCH = 1_000
/** Longest pause between tries that fail, ms: each reads all vectors. */
const MAX_PAUSE_MS = 30_000

export interface ContentIndexParts {
  catalog: Catalog
  /** Where the live text embedder comes from: the ModelRegistry. */
  models: {
    readonly version: string | undefined
    readonly embedder: ProductEmbedder | undefined
    addProducts?(products: readonly GivenProduct[]): void
    ask?(model: string, query: ModelQuery, k: number): Scored[]
  }
  store: ItemVectorStore
  /** What embedders outside the models say of products; a model gets of it what it has learned to read. */
  given?: { of(products: readonly Product[]): Promise<GivenSpaces> }
  /** A fresh index for vectors of this length; each model version gets its own. */
  createIndex(dimensions: number): MonitoredVectorIndex | Promise<MonitoredVectorIndex>
  /** Neighbours of a product that lists ask for at the most; those of popular products are looked for ahead. */
  candidates?: number
  metrics: Metrics
  logger: Logger
  /** How often to look for changed products and models. Default 1,000 ms. */
  pollMs?: number
}

export interface IndexState {
  /** `faiss`, `exact`, or `none` before a first training. */
  kind: string
  size: number
  /** Searches that the exact index answered in place of FAISS. */
  fallbacks: number
  /** Products whose neighbours are known, so that no list waits for a search. */
  known: number
}

/** What a request works with: never of two model versions, even when they are exchanged meanwhile. */
export type ContentView = Pick<Knowledge, "nearest" | "vectorOf">

/** The vectors of one model version and the index over them: never mixed with another version's. */
interface Space {
  version: string
  embedder: ProductEmbedder
  index: MonitoredVectorIndex
  vectors: VectorTable
  neighbours: Neighbours
  /** By row the product object its vector was made of; the catalogue puts a new object in its place on every change. */
  madeOf: (Product | undefined)[]
}

/**
 * Keeps the vector index in step with the catalogue and with the live text model: changed products are
 * embedded and searchable within a poll and a few milliseconds; another model's vectors are made beside the
 * live ones and put in their place at once.
 * Memory: dimensions × 4 bytes a product, besides the index.
 */
export class ContentIndex {
  private live: Space | undefined
  /** The version before; closed a poll later, for requests in flight may still search it. */
  private retired: Space | undefined
  private seen = -1
  private syncing: Promise<void> | undefined
  private timer: ReturnType<typeof setInterval> | undefined
  /** Tries that have failed since the last one that did not, and when the next is due. */
  private failures = 0
  private due = 0

  constructor(private readonly parts: ContentIndexParts) {}

  /** Resolves when the live model's vectors can be searched, or at once when there is no model yet. */
  async start(): Promise<void> {
    await this.sync(false)
    clearInterval(this.timer)
    const poll = () => (performance.now() < this.due ? undefined : void this.sync())
    this.timer = setInterval(poll, this.pollMs)
    this.timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.timer = undefined
    await this.syncing
    await close(this.retired)
    await close(this.live)
  }

  /** Index and vectors of one model version, to be held for the whole of a request; undefined until one is live. */
  view(): ContentView | undefined {
    const space = this.live
    return (
      space && {
        nearest: (products, k) => space.neighbours.nearest(products, k),
        vectorOf: (id) => space.vectors.get(id),
      }
    )
  }

  get size(): number {
    return this.live?.index.size ?? 0
  }

  private get pollMs(): number {
    return this.parts.pollMs ?? 1_000
  }

  /** How the index behind the live vectors does. */
  state(): IndexState {
    const { index, neighbours } = this.live ?? {}
    return {
      kind: index?.kind ?? "none",
      size: index?.size ?? 0,
      fallbacks: index?.fallbacks ?? 0,
      known: neighbours?.known ?? 0,
    }
  }

  /** Recall@20 of the live index against the exact answer; undefined until one is live. */
  recall(): Promise<number> | undefined {
    return this.live?.index.recall()
  }

  vectorOf(productId: string): Float32Array | undefined {
    return this.live?.vectors.get(productId)
  }

  /**
   * Brings the index up to date; one run at a time. Never rejects: it is tried again at a poll, later after each failure.
   * @param follow false: only sees to it that the live model has an index, without reading the whole catalogue
   */
  sync(follow = true): Promise<void> {
    this.syncing ??= this.step(follow)
      .then(() => void (this.failures = 0))
      .catch((error: Error) => {
        this.due = performance.now() + Math.min(MAX_PAUSE_MS, this.pollMs * 2 ** ++this.failures)
        this.parts.metrics.count("content_index_failures_total")
        this.parts.logger.error("The content index could not be brought up to date; trying again", error)
      })
      .finally(() => (this.syncing = undefined))
    return this.syncing
  }

  private async step(follow: boolean): Promise<void> {
    const { catalog, models, metrics } = this.parts
    await close(this.retired)
    this.retired = undefined
    const { version, embedder } = models
    if (!version || !embedder) return
    if (this.live?.version !== version) await this.build(version, embedder)
    if (follow && this.live && this.seen !== catalog.version) {
      await this.follow(this.live)
      if (this.live.neighbours.known < this.live.vectors.size) {
        const popular = models.ask?.("popularity", {}, WARMED) ?? []
        this.live.neighbours.warm(worthWarming(this.live, popular))
      }
    }
    metrics.gauge("content_index_size", this.size)
    metrics.gauge("content_neighbours_known", this.state().known)
  }

  /** Stored vectors make a quick start; `follow` then checks them against the catalogue. */
  private async build(version: string, embedder: ProductEmbedder): Promise<void> {
    const { catalog, store } = this.parts
    const index = await this.parts.createIndex(embedder.dimensions)
    const vectors = new VectorTable(embedder.dimensions, (id) => catalog.cards.numberOf(id))
    const neighbours = new Neighbours(index, vectors, this.parts.candidates)
    const space: Space = { version, embedder, index, vectors, neighbours, madeOf: [] }
    try {
      const stored = await store.load(SPACE, version)
      if (stored.dimensions === embedder.dimensions) {
        await inSlices(stored.ids.entries(), SCAN_SLICE, ([row, id]) => {
          const from = row * stored.dimensions
          if (catalog.has(id)) vectors.set(id, stored.vectors.slice(from, from + stored.dimensions))
        })
      }
      // Nothing stored: the first vectors are made before the swap, so that the old ones serve until then.
      if (vectors.size === 0) await this.follow(space, false)
      const ids = [...vectors.ids()]
      const matrix = await rows(vectorsOf(ids, vectors), ids.length, embedder.dimensions)
      await index.build(ids, matrix)
    } catch (error) {
      await index.close()
      throw error
    }
    this.retired = this.live
    this.live = space
    this.seen = -1
  }

  /** Embeds what is new or changed and forgets what is gone. `searchable` false: `build` will index it. */
  private async follow(space: Space, searchable = true): Promise<void> {
    const { catalog, store } = this.parts
    const seen = catalog.version
    const changed: Product[] = []
    await inSlices(catalog.all(), SCAN_SLICE, (product) => {
      if (space.madeOf[space.vectors.rowOf(product.id)] !== product) changed.push(product)
    })
    for (let from = 0; from < changed.length; from += BATCH) {
      await this.embed(space, changed.slice(from, from + BATCH), searchable)
    }
    const gone: string[] = []
    await inSlices(space.vectors.ids(), SCAN_SLICE, (id) => {
      if (!catalog.has(id)) gone.push(id)
    })
    if (gone.length > 0) {
      if (searchable) await space.index.remove(gone)
      space.neighbours.removed(gone)
      for (const id of gone) {
        space.madeOf[space.vectors.rowOf(id)] = undefined
        space.vectors.delete(id)
      }
      await store.remove(SPACE, gone)
    }
    this.seen = seen
  }

  private async embed(space: Space, products: readonly Product[], searchable: boolean): Promise<void> {
    const { models } = this.parts
    const fresh: { id: string; vector: Float32Array }[] = []
    const given = await this.givenFor(space.embedder, products)
    await inSlices(products, EMBED_SLICE, (product) => {
      const vector = space.embedder.embed(product, givenOf(given, product.id))
      if (!same(vector, space.vectors.get(product.id))) fresh.push({ id: product.id, vector })
    })
    const known = products.map((product) => ({ product, given: givenOf(given, product.id) }))
    const slices = Array.from({ length: Math.ceil(known.length / ADD_SLICE) }, (_, i) => i * ADD_SLICE)
    await inSlices(slices, 1, (from) => models.addProducts?.(known.slice(from, from + ADD_SLICE)))
    if (fresh.length > 0) {
      const ids = fresh.map(({ id }) => id)
      const vectors = fresh.map(({ vector }) => vector)
      const matrix = await rows(vectors, vectors.length, space.embedder.dimensions)
      if (searchable) await space.index.add(ids, matrix)
      for (const { id, vector } of fresh) space.vectors.set(id, vector)
      if (searchable) space.neighbours.changed(ids)
      await this.parts.store.put(SPACE, space.version, ids, matrix)
    }
    // Only now: a failure above leaves the products marked as changed, and the next poll tries again.
    for (const product of products) space.madeOf[space.vectors.rowOf(product.id)] = product
  }

  /** Only what the model has learned to read, by the embedders it learned it from. */
  private async givenFor({ reads }: ProductEmbedder, products: readonly Product[]): Promise<GivenSpaces> {
    if (!this.parts.given || !(reads?.text || reads?.image)) return {}
    const { text, image } = await this.parts.given.of(products)
    return {
      ...(text && text.name === reads.text && { text }),
      ...(image && image.name === reads.image && { image }),
    }
  }
}

/** Popular products, and then, where many are searched at the price of one, all others. */
function* worthWarming({ index, vectors }: Space, popular: readonly Scored[]): Generator<string> {
  for (const { id } of popular) yield id
  if (index.together > 1) yield* vectors.ids()
}

async function close(space: Space | undefined): Promise<void> {
  await space?.neighbours.close()
  await space?.index.close()
}

function* vectorsOf(ids: readonly string[], table: VectorTable): Generator<Float32Array> {
  for (const id of ids) yield table.get(id)!
}

async function rows(
  vectors: Iterable<Float32Array>,
  count: number,
  dimensions: number
): Promise<Float32Array> {
  const matrix = new Float32Array(count * dimensions)
  let row = 0
  await inSlices(vectors, SCAN_SLICE, (vector) => matrix.set(vector, row++ * dimensions))
  return matrix
}

function same(a: Float32Array, b: Float32Array | undefined): boolean {
  return b !== undefined && a.length === b.length && a.every((value, d) => value === b[d])
}
