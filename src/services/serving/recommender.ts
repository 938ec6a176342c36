import { v7 as uuidv7 } from "uuid"
import { noMetrics, PersonalizationError, Random, TURNS } from "../lib"
import { NEVER_SHOWN } from "../features"
import type { ModelView } from "../models"
import { SOURCES, type CandidateSource, type Knowledge } from "../retrieval"
import { BlendRanker, type Ranker } from "../ranking"
import { ask, build, type Answers, type BuiltList, type ListInput, type ListTools } from "./build-list"
import { isAnonymous } from "./anonymous-lists"
import type { Placement } from "./placement"
import { exposureOf } from "./exposure-of"
import { focused } from "./intent"
import { readProfile, type Profile } from "./profile"
import { FALLBACK_TITLES, reasonOf, REASONS } from "./reasons"
import { rankList, unranked } from "./rank-list"
import type { RecommenderParts, Rehearsal, Rehearsed } from "./recommender-parts"
import type {
  RankedList,
  RankRequest,
  Recommendation,
  RecommendationRequest,
  RecommendedItem,
} from "./recommendation"

/** Share of the deadline that the feature store may use up; the rest is for the sources. */
const PROFILE_SHARE = 0.4
/** Times a list's length that its heaviest source brings: from more on, lists came out the same, and took longer. */
const ENOUGH = 8
/** Short lists lose as many to filters as long ones. */
const FEWEST = 40

/** From a request to a list: profile, candidates, filters, ranking, fallback, reasons, exposure. */
export class Recommender {
  private readonly sources: readonly CandidateSource[]
  private readonly ranker: Ranker
  private readonly random: Random
  /** The feature store answers many at once. */

  constructor(private readonly parts: RecommenderParts) {
    this.sources = parts.sources ?? SOURCES
    this.ranker = parts.ranker ?? new BlendRanker()
    this.random = parts.random ?? new Random(1)
  }

  /**
   * One list. Rejects only for a wrong request; whatever fails inside costs quality, never the answer.
   * @throws PersonalizationError `invalid_input` that names `placement`, `product_id` or `cart_id`
   */
  async recommend(request: RecommendationRequest): Promise<Recommendation> {
    const make = async () => (await this.answer([request], [""]))[0]
    const { anonymous } = this.parts
    return anonymous && isAnonymous(request) ? anonymous.of(request, make) : make()
  }

  /**
   * The lists of one page, for one shopper, by one read of their features and within one deadline. No product
   * stands in two lists: the earlier list has it. Identity and consent are the first request's.
   * @throws PersonalizationError as `recommend`, with the field's place, e.g. `placements.2.product_id`
   */
  async recommendPage(requests: readonly RecommendationRequest[]): Promise<Recommendation[]> {
    if (requests.length === 0) return []
    return this.answer(
      requests,
      requests.map((_, index) => `placements.${index}.`)
    )
  }

  /**
   * Puts a given list in order for the shopper. All products come back, each once: those that the engine does not
   * know, or may not show here, stand at the end in the order given. Rejects only for a wrong request.
   * @throws PersonalizationError `invalid_input` that names `placement`
   */
  async rank(request: RankRequest): Promise<RankedList> {
    const { metrics, logger } = this.parts
    const began = performance.now()
    const placement = this.placementOf(request, "")
    if (placement.requires && placement.requires !== "product_ids") {
      throw wrong("placement", `${placement.name} is no placement that orders a given list`)
    }
    const models = this.modelsFor(request)
    const knowledge = this.knowledge(models)
    const profile = await this.profileOf(request, knowledge)
    const turn = TURNS.wait()
    if (turn) await turn
    const given = [...new Set(request.productIds)]
    const input = givenInput(request, placement, profile, knowledge, given)
    const tools = this.tools(began)
    const list = await rankList(input, given, tools).catch((error: Error): BuiltList => {
      logger.error(`The list ${placement.name} could not be ranked`, error)
      return unranked(input, given, tools)
    })
    const { title: _, items, ...answer } = this.shape(input, list, request, models)
    const ranked = new Set(list.items.map(({ id }) => id))
    const reason = { code: "listed", text: REASONS.listed({}) }
    const left = given.filter((id) => !ranked.has(id) && !list.hidden?.has(id))
    const rest = left.map((id) => ({ product_id: id, score: 0, reason }))
    const seconds = (performance.now() - began) / 1000
    metrics.observe("recommendation_duration_seconds", seconds, { placement: placement.name })
    const shown = items.map(({ product_id, score, reason }) => ({ product_id, score, reason }))
    return { ...answer, items: [...shown, ...rest].slice(0, input.limit) }
  }

  /**
   * Makes the list as `recommend` or `rank` would, for a look at it: nothing is stored or counted, and what explores draws
   * the same each time.
   * @throws PersonalizationError `invalid_input` that names `placement`, `product_id` or `cart_id`
   */
  async rehearse(request: RecommendationRequest, changes: Rehearsal = {}): Promise<Rehearsed> {
    const { placement = this.placementOf(request, ""), ...rest } = changes
    requireParts(placement, request, "")
    const tools = {
      ...this.tools(performance.now()),
      random: new Random(1),
      ...rest,
      metrics: noMetrics,
    }
    const models = this.modelsFor(request)
    const knowledge = this.knowledge((models === this.parts.models && this.parts.models.aside?.()) || models)
    const profile = await this.profileOf(request, knowledge, noMetrics)
    if (placement.requires === "product_ids") {
      const given = [...new Set(request.productIds)]
      const input = givenInput(request, placement, profile, knowledge, given)
      const list = await rankList(input, given, tools)
      return { list, items: this.itemsOf(input, list) }
    }
    const input = this.inputOf(request, placement, profile, knowledge)
    const list = await this.build(input, await ask(input, tools), new Set(), tools)
    return { list, items: this.itemsOf(input, list) }
  }

  /** What is known of the shopper, turned to what the running session is about now. */
  private async profileOf(
    request: RecommendationRequest,
    knowledge: Knowledge,
    metrics = this.parts.metrics
  ): Promise<Profile> {
    const { options, followIntent = true } = this.parts
    const profile = await readProfile(request, { ...this.parts, metrics }, options.deadlineMs * PROFILE_SHARE)
    return followIntent ? { ...profile, shopper: focused(profile.shopper, knowledge) } : profile
  }

  private inputOf(
    request: RecommendationRequest,
    placement: Placement,
    profile: Profile,
    knowledge: Knowledge
  ): ListInput {
    const { candidates: most, maxLimit } = this.parts.options
    const seeds = (placement.requires === "cart_id" ? request.cartProductIds : request.productIds) ?? []
    const limit = Math.max(1, Math.min(request.limit ?? placement.limit, maxLimit))
    const candidates = Math.min(most, Math.max(FEWEST, ENOUGH * limit))
    return { placement, request, profile, knowledge, seeds, limit, candidates }
  }

  private tools(began: number): ListTools {
    const { options, metrics, logger, rerankers, rules, tallies } = this.parts
    const { sources, ranker, random } = this
    const remainingMs = () => options.deadlineMs - (performance.now() - began)
    const tallyOf = (id: string) => tallies?.of(id) ?? NEVER_SHOWN
    return { sources, ranker, rerankers, rules, random, tallyOf, metrics, logger, remainingMs }
  }

  private async answer(
    requests: readonly RecommendationRequest[],
    paths: readonly string[]
  ): Promise<Recommendation[]> {
    const { metrics } = this.parts
    const began = performance.now()
    const tools = this.tools(began)
    const placements = requests.map((request, index) => this.placementOf(request, paths[index]))
    placements.forEach(({ name, requires }, index) => {
      if (requires !== "product_ids") return
      throw wrong(`${paths[index]}placement`, `${name} orders a list that is given: POST it to …/rank`)
    })
    const models = this.modelsFor(requests[0])
    const knowledge = this.knowledge(models)
    const profile = await this.profileOf(requests[0], knowledge)
    const inputs = requests.map((request, index) =>
      this.inputOf(request, placements[index], profile, knowledge)
    )
    const asked: Promise<Answers>[] = []
    for (const input of inputs) {
      const turn = TURNS.wait()
      if (turn) await turn
      asked.push(ask(input, tools))
    }
    const answers = await Promise.all(asked)
    const taken = new Set<string>()
    const lists: Recommendation[] = []
    for (const [index, input] of inputs.entries()) {
      const next = TURNS.wait()
      if (next) await next
      const list = await this.build(input, answers[index], taken, tools)
      for (const { id } of list.items) taken.add(id)
      lists.push(this.shape(input, list, requests[0], models))
      const seconds = (performance.now() - began) / 1000
      metrics.observe("recommendation_duration_seconds", seconds, { placement: input.placement.name })
    }
    return lists
  }

  /** A ranker that breaks costs its order, a source's answer that breaks the blend costs the candidates. */
  private async build(
    input: ListInput,
    answers: Answers,
    taken: Set<string>,
    tools: ListTools
  ): Promise<BuiltList> {
    const plain = { ...tools, ranker: new BlendRanker(), rerankers: [] }
    const falls: string[] = []
    for (const [found, how] of [
      [answers, tools],
      [answers, plain],
      [new Map(), plain],
    ] as const) {
      try {
        const list = await build(input, found, taken, how)
        return { ...list, falls: [...falls, ...list.falls] }
      } catch (error) {
        falls.push("error")
        this.parts.logger.error(`The list ${input.placement.name} could not be ranked`, error as Error)
      }
    }
    return { items: [], featureNames: [], situation: {}, own: 0, falls: [...falls, "nothing_to_show"] }
  }

  private placementOf(request: RecommendationRequest, path: string) {
    const placement = this.parts.placements.get(request.placement)
    if (!placement) {
      const names = this.parts.placements.names().join(", ")
      throw wrong(`${path}placement`, `there is no placement of this name; there are ${names}`)
    }
    requireParts(placement, request, path)
    return placement
  }

  /** A shopper who has not agreed to experiments is not tried a new version on. */
  private modelsFor({
    consent,
    visitorId,
    customerId,
  }: Pick<RecommendationRequest, "consent" | "visitorId" | "customerId">): ModelView {
    const { models } = this.parts
    return models.viewOf?.(consent.experimentation ? (visitorId ?? customerId) : undefined) ?? models
  }

  /** What is live now, held for the whole request: index and vectors of one model version. */
  private knowledge(models: ModelView): Knowledge {
    const { catalog, content, shelves, pools, sequences } = this.parts
    return {
      catalog,
      ask: (model, query, k) => models.ask(model, query, k),
      pool: (model, history, k) => pools?.of(models, model, history, k) ?? [],
      follow: (session, k) => sequences?.follow(models.version, session, k) ?? [],
      nearest: () => [],
      vectorOf: () => undefined,
      repeatDays: (id) => models.repeatDays(id),
      ...content.view(),
      newest: (channels) => shelves.newest(channels),
      inCategory: (category) => shelves.inCategory(category),
    }
  }

  private shape(
    input: ListInput,
    list: BuiltList,
    shopper: RecommendationRequest,
    models: ModelView
  ): Recommendation {
    const { placement } = input
    for (const reason of list.falls)
      this.parts.metrics.count("fallback_total", { placement: placement.name, reason })
    const items = this.itemsOf(input, list)
    const recommendation: Recommendation = {
      request_id: uuidv7(),
      placement: placement.name,
      title: (list.own === 0 && items[0] && FALLBACK_TITLES[items[0].reason.code]) || placement.title,
      items,
      ...(list.falls.length > 0 && { fallback: list.falls[0] }),
      ...(models.version && { model_version: models.version }),
    }
    const asked = { seeds: input.seeds, cart: input.request.cartProductIds, limit: input.limit }
    const exposure = exposureOf(recommendation, list, shopper, asked, this.parts.clock.now())
    if (exposure) this.parts.exposures.write(exposure)
    return recommendation
  }

  private itemsOf({ profile, seeds }: ListInput, list: BuiltList): RecommendedItem[] {
    const { catalog } = this.parts
    return list.items.flatMap(({ id, score, source, because, reason }): RecommendedItem[] => {
      const product = catalog.get(id)
      if (!product) return []
      const found = { source: this.sources.find((one) => one.name === source), because, reason }
      const variant = product.variants.find(({ available }) => available)
      return [
        {
          product_id: id,
          ...(variant && { variant_id: variant.id }),
          score,
          reason: reasonOf(product, found, { catalog, shopper: profile.shopper, seeds }),
        },
      ]
    })
  }
}

/** @throws PersonalizationError `invalid_input` that names what a placement needs and the request does not bring */
function requireParts(placement: Placement, request: RecommendationRequest, path: string): void {
  if (placement.requires === "product_id" && !request.productIds?.length) {
    throw wrong(`${path}product_id`, `the placement ${placement.name} needs a product`)
  }
  if (placement.requires === "cart_id" && !request.cartProductIds) {
    throw wrong(`${path}cart_id`, `the placement ${placement.name} needs a cart`)
  }
}

/** A list that is given, to be put in order. */
function givenInput(
  request: RecommendationRequest,
  placement: Placement,
  profile: Profile,
  knowledge: Knowledge,
  given: readonly string[]
): ListInput {
  const limit = Math.max(1, Math.min(request.limit ?? given.length, given.length))
  return { placement, request, profile, knowledge, seeds: [], limit, candidates: given.length }
}

function wrong(path: string, message: string): PersonalizationError {
  return new PersonalizationError("invalid_input", `${path}: ${message}`, { fields: [{ path, message }] })
}
