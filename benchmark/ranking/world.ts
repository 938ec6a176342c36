import {
  choiceProbabilities,
  generateProducts,
  generateShoppers,
  simulateHistory,
  situatedLiking,
  type ChoiceEffects,
  type SimProduct,
  type SimShopper,
} from "../../packages/simulator/src"
import { compose } from "../../src/modules/personalization/compose"
import type { Engine } from "../../src/modules/personalization/engine"
import { resolveOptions } from "../../src/modules/personalization/options"
import { newEventId, type ShopEvent } from "../../src/services/events"
import type { Product } from "../../src/services/features"
import { ManualClock, noMetrics, Random, silentLogger } from "../../src/services/lib"
import { FULL_CONSENT } from "../../src/services/privacy"
import { BlendRanker, exampleOf, type RankExample, type Ranker } from "../../src/services/ranking"
import { CandidatePools, dot, Shelves } from "../../src/services/retrieval"
import { PLACEMENTS, Recommender, type Exposure, type Placement } from "../../src/services/serving"

const DAY_MS = 86_400_000
const LISTS_A_VISIT = 4
const SHOWN = 12
const BEGAN = Date.UTC(2026, 4, 1)
/** No list is late: one without candidates would teach nothing, and a machine may stand still for minutes. */
const DEADLINE_MS = 3_600_000

/** The home page's list without what mixes it, for here the order alone is judged. */
const HOME: Placement = {
  ...PLACEMENTS.find(({ name }) => name === "home-for-you")!,
  rerank: {},
  limit: SHOWN,
}

/** Somebody who looks at the home page. */
export interface Visit {
  shopper: SimShopper
  session: string
  now: number
}

/** What a list may be made of. */
export interface Candidates {
  exposure: Exposure
  /** How much the shopper likes what is in each slot of the exposure. */
  likings: readonly number[]
}

/** A shop in memory with its shoppers, whose choices follow `effects`; the engine is the real one. */
export class World {
  readonly sources = Object.keys(HOME.sources)
  private readonly known = new Map<string, Set<number>>()
  private readonly indexOf: Map<string, number>
  private readonly placements = new Map<string, Placement>([[HOME.name, HOME]])
  private exposure: Exposure | undefined
  private visit: (Visit & { left: number }) | undefined
  private visits = 0

  private constructor(
    private readonly engine: Engine,
    private readonly shelves: Shelves,
    private readonly pools: CandidatePools,
    private readonly clock: ManualClock,
    private readonly products: readonly SimProduct[],
    private readonly shoppers: readonly SimShopper[],
    private readonly ages: readonly number[],
    private readonly random: Random
  ) {
    this.indexOf = new Map(products.map(({ handle }, index) => [handle, index]))
    for (const source of this.sources)
      this.placements.set(source, { ...HOME, name: source, sources: { [source]: 1 } })
  }

  static async open(seed: number): Promise<World> {
    const random = new Random(seed * 7919)
    const products = generateProducts(1)
    const shoppers = generateShoppers(300, seed)
    const ages = products.map(() => 1 + 200 * random.next())
    const clock = new ManualClock(BEGAN)
    const engine = compose(
      resolveOptions({
        retrieval: { index: "exact" },
        ranking: { learn: false },
      }),
      { logger: silentLogger, clock }
    )
    await engine.catalog.upsert(products.map((product, i) => productOf(product, BEGAN - ages[i] * DAY_MS)))
    const history = simulateHistory({ products, shoppers, endsAt: BEGAN - 60_000, seed })
    for (let from = 0; from < history.length; from += 5_000)
      await engine.log.append(history.slice(from, from + 5_000))
    await engine.start()
    await engine.featuresCaughtUp()
    engine.training.start()
    await engine.training.idle()
    const [{ version }] = await engine.models.list(1)
    await engine.models.promote(version)
    while (engine.content.size < products.length) await new Promise((resolve) => setTimeout(resolve, 100))
    const shelves = new Shelves({ catalog: engine.catalog, models: engine.models, logger: silentLogger })
    await shelves.refresh()
    const pools = new CandidatePools({ catalog: engine.catalog, size: engine.options.serving.candidates })
    const world = new World(engine, shelves, pools, clock, products, shoppers, ages, random)
    for (const { type, visitor_id, items } of history)
      if (type === "view_item") world.knownTo(visitor_id!).add(world.indexOf.get(items[0].product_id)!)
    return world
  }

  get catalog(): Engine["catalog"] {
    return this.engine.catalog
  }

  get now(): number {
    return this.clock.now()
  }

  get categories(): string[] {
    return [...new Set(this.products.map(({ category }) => category))]
  }

  categoryOf(id: string): string {
    return this.products[this.indexOf.get(id)!].category
  }

  /** Different products of a category. */
  drawn(category: string, count: number, random: Random): string[] {
    const own = this.products.filter((product) => product.category === category)
    return random.shuffle(own.map(({ handle }) => handle)).slice(0, count)
  }

  /** The shopper looks at products, half a minute each. */
  async look(visit: Visit, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      this.clock.advance(30_000)
      visit.now = this.clock.now()
      await this.engine.log.append([this.event("view_item", id, visit)])
    }
    await this.engine.featuresCaughtUp()
  }

  close(): Promise<void> {
    return this.engine.stop()
  }

  recommender(ranker?: Ranker, more: { followIntent?: boolean } = {}): Recommender {
    const { engine, shelves, pools, clock } = this
    return new Recommender({
      ...{
        catalog: engine.catalog,
        features: engine.features,
        models: engine.models,
        content: engine.content,
      },
      ...{ shelves, pools, clock, metrics: noMetrics, logger: silentLogger },
      options: { ...engine.options.serving, deadlineMs: DEADLINE_MS },
      placements: { get: (name) => this.placements.get(name), names: () => [...this.placements.keys()] },
      exposures: { write: (exposure) => void (this.exposure = exposure) },
      ranker,
      ...more,
    })
  }

  /** Somebody looks at the home page, clicks or leaves, and time goes on. @returns what there is to learn, and the events */
  async step(recommender: Recommender, effects: ChoiceEffects) {
    const visit = this.next()
    const ids = await this.list(recommender, visit)
    const chances = this.chances(ids, visit, effects)
    const rest = 1 - chances.reduce((sum, one) => sum + one, 0)
    const slot = this.random.weighted([...chances, rest])
    const clicked = ids[slot] as string | undefined
    const example = exampleOf(this.exposure!, {
      seen: new Set(),
      gains: new Map(clicked === undefined ? [] : [[clicked, 1]]),
    })
    if (clicked !== undefined) {
      this.knownTo(visit.shopper.visitorId).add(this.indexOf.get(clicked)!)
      await this.engine.log.append([
        this.event("select_item", clicked, visit),
        this.event("view_item", clicked, visit),
      ])
      await this.engine.featuresCaughtUp()
    }
    this.clock.advance(4 * 60_000)
    return { example: example as RankExample, events: clicked === undefined ? 1 : 2 }
  }

  /** Visits that happen to nobody: they are only asked about. */
  some(count: number, seed: number): Visit[] {
    const random = new Random(seed)
    return Array.from({ length: count }, (_, i) => ({
      shopper: random.pick(this.shoppers),
      session: `asked-${i}`,
      now: this.clock.now() + random.int(24) * 3_600_000,
    }))
  }

  /** Probability that something of the list is chosen, as the effects have it. */
  async truth(
    recommender: Recommender,
    visits: readonly Visit[],
    effects: ChoiceEffects,
    placement = HOME.name
  ) {
    let sum = 0
    for (const visit of visits)
      for (const chance of this.chances(await this.list(recommender, visit, placement), visit, effects))
        sum += chance
    return sum / visits.length
  }

  async list(
    recommender: Recommender,
    { shopper, session, now }: Visit,
    placement = HOME.name
  ): Promise<string[]> {
    const { country, device, visitorId } = shopper
    const { items } = await recommender.recommend({
      ...{ placement, visitorId, sessionId: session, consent: FULL_CONSENT },
      context: { now, device, country: country.code, tzOffset: country.tzOffset, salesChannelIds: ["web"] },
    })
    return items.map((item) => item.product_id)
  }

  /** Adds a placement like the home page's, re-ranked so. @returns its name */
  place(rerank: Record<string, number>): string {
    const name = `home-${JSON.stringify(rerank)}`
    this.placements.set(name, { ...HOME, name, rerank })
    return name
  }

  /** The best candidates of the fixed blend, with all that a ranker knows of them, and how they are liked in truth. */
  async candidates(visit: Visit, count: number, effects: ChoiceEffects): Promise<Candidates> {
    const name = `home-${count}`
    this.placements.set(name, { ...HOME, name, limit: count })
    const ids = await this.list(this.recommender(new BlendRanker()), visit, name)
    return { exposure: this.exposure!, likings: this.likings(ids, visit.shopper, visit.now, effects) }
  }

  /** nDCG of a list by the odds that the shopper chooses each product, against the best list of all products. */
  ndcg(ids: readonly string[], { shopper, now }: Visit, effects: ChoiceEffects): number {
    const gains = this.likings(
      this.products.map(({ handle }) => handle),
      shopper,
      now,
      effects
    ).map(Math.exp)
    const dcg = (list: readonly number[]) =>
      list.reduce((sum, gain, rank) => sum + gain / Math.log2(rank + 2), 0)
    const best = [...gains].sort((a, b) => b - a).slice(0, ids.length)
    return dcg(ids.map((id) => gains[this.indexOf.get(id)!])) / dcg(best)
  }

  /** Mean of 1 − cosine of the content vectors over the pairs of a list. */
  unlikeness(ids: readonly string[]): number {
    const { vectorOf } = this.engine.content.view()!
    const vectors = ids.map((id) => vectorOf(id)!)
    let sum = 0
    let pairs = 0
    for (let i = 0; i < vectors.length; i++)
      for (let j = i + 1; j < vectors.length; j++) {
        sum += 1 - dot(vectors[i], vectors[j])
        pairs++
      }
    return sum / pairs
  }

  private chances(ids: readonly string[], { shopper, now }: Visit, effects: ChoiceEffects): number[] {
    return choiceProbabilities(this.likings(ids, shopper, now, effects), effects)
  }

  private likings(
    ids: readonly string[],
    shopper: SimShopper,
    now: number,
    effects: ChoiceEffects
  ): number[] {
    const hour = (now / 3_600_000 + shopper.country.tzOffset / 60) % 24
    const situation = { device: shopper.device, hour, known: this.knownTo(shopper.visitorId) }
    return ids.map((id) => {
      const index = this.indexOf.get(id)!
      const age = this.ages[index] + (now - BEGAN) / DAY_MS
      return situatedLiking(shopper, this.products[index], index, age, situation, effects)
    })
  }

  private next(): Visit {
    if (!this.visit || this.visit.left === 0)
      this.visit = {
        shopper: this.random.pick(this.shoppers),
        session: `visit-${this.visits++}`,
        now: 0,
        left: LISTS_A_VISIT,
      }
    this.visit.left--
    this.visit.now = this.clock.now()
    return this.visit
  }

  private event(type: string, productId: string, { shopper, session, now }: Visit): ShopEvent {
    const { country, device, visitorId } = shopper
    return {
      ...{ event_id: newEventId(now), type, ts: now, visitor_id: visitorId, session_id: session },
      consent: FULL_CONSENT,
      context: { device, country: country.code, tz_offset: country.tzOffset },
      items: [{ product_id: productId }],
    }
  }

  private knownTo(visitorId: string): Set<number> {
    let known = this.known.get(visitorId)
    if (!known) this.known.set(visitorId, (known = new Set()))
    return known
  }
}

function productOf(product: SimProduct, createdAt: number): Product {
  const { handle, title, subtitle, description, category, kind, tags, options, variants } = product
  return {
    ...{ id: handle, title, subtitle, description, tags, status: "published", type: kind },
    categories: [{ id: category, name: category }],
    options: Object.fromEntries(options.map((option) => [option.title, option.values])),
    salesChannelIds: ["web"],
    variants: variants.map(({ sku, prices }) => ({ id: sku, available: true, price: prices.eur })),
    inStock: true,
    price: Math.min(...variants.map(({ prices }) => prices.eur)),
    ...{ createdAt, updatedAt: createdAt },
  }
}
