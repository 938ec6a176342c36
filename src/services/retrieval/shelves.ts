import type { Logger, Scored } from "../lib"
import type { Catalog } from "../features"
import type { ModelQuery } from "../models"
import { inSlices } from "./slices"
import { TopList } from "./top-list"

/** Products a shelf holds: several pages of the longest list, for filters take some away. */
const SHELF = 300
/** Products whose trained popularity orders the categories; beyond them the newest go first. */
const POPULAR = 10_000
/** About 1 ms of work. */
const SLICE = 500
const NONE: readonly string[] = []

export interface ShelvesParts {
  catalog: Catalog
  models: { readonly version: string | undefined; ask(model: string, query: ModelQuery, k: number): Scored[] }
  logger: Logger
  /** How often to look whether catalogue or models have changed. Default 1,000 ms. */
  pollMs?: number
}

/**
 * Lists that would need a scan of the catalogue, made ahead of the requests: the newest products by sales
 * channel and the popular ones by category. Made anew, in slices, when the catalogue or the live models change.
 */
export class Shelves {
  private all: readonly string[] = NONE
  private byChannel = new Map<string, TopList>()
  private byCategory = new Map<string, TopList>()
  private made = ""
  private making: Promise<void> | undefined
  private timer: ReturnType<typeof setInterval> | undefined

  constructor(private readonly parts: ShelvesParts) {}

  async start(): Promise<void> {
    await this.refresh()
    clearInterval(this.timer)
    this.timer = setInterval(() => void this.refresh(), this.parts.pollMs ?? 1_000)
    this.timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.timer = undefined
    await this.making
  }

  /** Makes the shelves anew if something has changed; one run at a time. Never rejects. */
  refresh(): Promise<void> {
    this.making ??= this.remake()
      .catch((error: Error) => this.parts.logger.error("The lists by category could not be made anew", error))
      .finally(() => (this.making = undefined))
    return this.making
  }

  /** Newest products that can be bought in one of the channels (none named: in any), newest first. */
  newest(salesChannelIds: readonly string[]): readonly string[] {
    if (salesChannelIds.length === 0) return this.all
    if (salesChannelIds.length === 1) return this.byChannel.get(salesChannelIds[0])?.ids ?? NONE
    return [...new Set(salesChannelIds.flatMap((id) => this.byChannel.get(id)?.ids ?? NONE))]
  }

  /** Products of a category that can be bought: the popular ones first, then the newest. */
  inCategory(categoryId: string): readonly string[] {
    return this.byCategory.get(categoryId)?.ids ?? NONE
  }

  private async remake(): Promise<void> {
    const { catalog, models } = this.parts
    const state = `${catalog.version}/${models.version ?? ""}`
    if (state === this.made) return
    const popularity = new Map(models.ask("popularity", {}, POPULAR).map(({ id, score }) => [id, score]))
    const all = new TopList(SHELF)
    const byChannel = new Map<string, TopList>()
    const byCategory = new Map<string, TopList>()
    await inSlices(catalog.all(), SLICE, (product) => {
      if (product.status !== "published" || !product.inStock) return
      all.offer(product.id, product.createdAt, 0)
      for (const id of product.salesChannelIds) shelf(byChannel, id).offer(product.id, product.createdAt, 0)
      const popular = popularity.get(product.id) ?? 0
      for (const { id } of product.categories)
        shelf(byCategory, id).offer(product.id, popular, product.createdAt)
    })
    this.all = all.ids
    this.byChannel = byChannel
    this.byCategory = byCategory
    this.made = state
  }
}

function shelf(shelves: Map<string, TopList>, id: string): TopList {
  let list = shelves.get(id)
  if (!list) shelves.set(id, (list = new TopList(SHELF)))
  return list
}
