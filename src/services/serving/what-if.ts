import type { EventHistory } from "../events"
import { itemKeys, marginOf, readItem, type Catalog, type FeatureStore } from "../features"
import { NO_CONSENT, type Consent } from "../privacy"
import type { Rule } from "../ranking"
import { clicksOf } from "./clicks-of"
import { placementOfDraft, rulesOfDraft, type Draft } from "./draft"
import { offPolicy, type LoggedList, type OffPolicy, type PlannedSlot } from "./off-policy"
import type { Placement } from "./placement"
import { shopperOf, type Exposure, type ExposureStore, type RecommendationRequest } from "./recommendation"
import { recordedLists } from "./recorded-lists"
import type { Recommender } from "./recommender"

export interface WhatIfParts {
  exposures: Pick<ExposureStore, "recent">
  recommender: Pick<Recommender, "rehearse">
  placements: { get(name: string): Placement | undefined }
  rules: { rules: readonly Rule[] }
  features: Pick<FeatureStore, "getMany">
  catalog: Catalog
  history: Pick<EventHistory, "replay">
  /** How long after a list was made its clicks are waited for, ms. */
  outcomeMs: number
  /** What the shopper agrees to now. */
  consentOf(who: { visitorId?: string; customerId?: string }): Promise<Consent>
  /** ms since the epoch */
  now(): number
  /** Lets others in; called between the lists. */
  breathe(): Promise<void>
}

export interface WhatIfAsked {
  draft: Draft
  /** Only requests for this placement. Default: all. */
  placement?: string
  /** Recorded requests that are played again, the newest. */
  requests: number
}

/** A figure under the present configuration and under the draft. */
export interface Change {
  now: number
  draft: number
}

export interface WhatIf {
  /** Requests that were played again, and recorded ones that could not be, e.g. for a placement that is gone. */
  requests: number
  skipped: number
  /** Share of slots that hold another product, and of lists in which any does. */
  changed_slots: number
  changed_lists: number
  /** Products by the slots they gain and lose, the greatest change first. */
  gained: { product_id: string; slots: number }[]
  lost: { product_id: string; slots: number }[]
  /** Clicks expected per list. */
  clicks: Change
  /** What the clicked products would earn with one piece each, per list, in the store's default currency. */
  margin: Change
  /** Share of slots whose product's margin is known. */
  margin_known: Change
  /** Distinct products shown, as a share of the catalogue. */
  coverage: Change
  /** Clicks per list out of what shoppers clicked where chance had a hand in the list, and so without a model's word alone. */
  off_policy: OffPolicy
  /** How the figures are estimated. */
  estimate: string
}

const ESTIMATE =
  "Both sides are made anew, of what is known today, so that only the draft differs. Expected clicks: each product's click " +
  "rate in the placement (decayed by half in 30 days, drawn towards 1 in 20 while little is known) times the chance that " +
  "its slot is looked at, 1 / log2(1 + slot). A product's rate is taken as its own wherever it stands, so what shoppers " +
  "clicked because of a high slot counts for it elsewhere too. off_policy corrects this model by the clicks on slots where " +
  "the list that was shown agrees with the planned one, each weighted by 1 / its propensity (doubly robust, slot by slot), " +
  "in lists that left slots to chance; where these agree too seldom, it says nothing."

/** Click rate of a product that the placement has never shown. */
const UNKNOWN_RATE = 0.05
/** Products named as gained and lost. */
const NAMED = 20

interface Side {
  clicks: number
  margin: number
  slots: number
  known: number
  products: Set<string>
}

const side = (): Side => ({ clicks: 0, margin: 0, slots: 0, known: 0, products: new Set() })

/**
 * Plays recorded requests again, under the present configuration and under a draft, one list at a time.
 * @throws PersonalizationError `invalid_input` that names what is wrong in the draft's placements
 */
export async function whatIf(asked: WhatIfAsked, parts: WhatIfParts): Promise<WhatIf> {
  const { catalog, recommender, breathe } = parts
  const rules = rulesOfDraft(asked.draft, parts.rules.rules)
  for (const name of Object.keys(asked.draft.placements)) {
    const placement = parts.placements.get(name)
    if (placement) placementOfDraft(asked.draft, placement)
  }
  const [now, draft] = [side(), side()]
  const moves = new Map<string, number>()
  const played: Played[] = []
  let [recorded, requests, changedSlots, changedLists, slots] = [0, 0, 0, 0, 0]
  const { placement: only, requests: limit } = asked
  for await (const exposure of recordedLists(parts.exposures, { placement: only, limit })) {
    recorded++
    const placement = parts.placements.get(exposure.placement)
    const request = placement && (await requestOf(exposure, placement, parts))
    if (!request) continue
    const present = await idsOf(recommender, request, { placement })
    await breathe()
    const changed = await idsOf(recommender, request, {
      placement: placementOfDraft(asked.draft, placement),
      rules,
    })
    await breathe()
    const length = Math.max(present.length, changed.length)
    let differ = 0
    for (let slot = 0; slot < length; slot++) if (present[slot] !== changed[slot]) differ++
    requests++
    slots += length
    changedSlots += differ
    if (differ > 0) changedLists++
    for (const id of changed) moves.set(id, (moves.get(id) ?? 0) + 1)
    for (const id of present) moves.set(id, (moves.get(id) ?? 0) - 1)
    const planned = {
      now: await expectedOf(present, exposure, parts),
      draft: await expectedOf(changed, exposure, parts),
    }
    count(now, planned.now, catalog)
    count(draft, planned.draft, catalog)
    if (exposure.slots.some(({ propensity }) => propensity < 1)) played.push({ exposure, ...planned })
    await breathe()
  }
  const both = (valueOf: (one: Side) => number): Change => ({ now: valueOf(now), draft: valueOf(draft) })
  const named = (sign: number) =>
    [...moves]
      .filter(([, change]) => change * sign > 0)
      .sort((a, b) => (b[1] - a[1]) * sign || (a[0] < b[0] ? -1 : 1))
      .slice(0, NAMED)
      .map(([id, change]) => ({ product_id: id, slots: Math.abs(change) }))
  return {
    requests,
    skipped: recorded - requests,
    changed_slots: share(changedSlots, slots),
    changed_lists: share(changedLists, requests),
    gained: named(1),
    lost: named(-1),
    clicks: both(({ clicks }) => share(clicks, requests)),
    margin: both(({ margin }) => share(margin, requests)),
    margin_known: both(({ known, slots }) => share(known, slots)),
    coverage: both(({ products }) => share(products.size, catalog.size)),
    off_policy: await offPolicy(await withClicks(played, parts), breathe),
    estimate: ESTIMATE,
  }
}

const share = (part: number, of: number) => (of === 0 ? 0 : part / of)

async function idsOf(
  recommender: WhatIfParts["recommender"],
  request: RecommendationRequest,
  changes: Parameters<Recommender["rehearse"]>[1]
): Promise<string[]> {
  const { list } = await recommender.rehearse(request, changes)
  return list.items.map(({ id }) => id)
}

/** The request that was recorded, asked by whom it was, as far as they let anybody know today. */
async function requestOf(
  { ts, visitorId, sessionId, subject, context, asked, slots, placement }: Exposure,
  { requires }: Placement,
  { consentOf }: WhatIfParts
): Promise<RecommendationRequest | undefined> {
  const given = requires === "product_ids" ? slots.map(({ productId }) => productId) : asked?.seeds
  if (requires === "product_id" && !given?.length) return undefined
  if (requires === "cart_id" && !asked?.cart) return undefined
  const { customerId } = shopperOf({ subject, visitorId })
  const anybody = visitorId === undefined && customerId === undefined
  const consent = anybody ? NO_CONSENT : await consentOf({ visitorId, customerId })
  return {
    placement,
    productIds: given,
    cartProductIds: asked?.cart,
    limit: asked?.limit,
    visitorId,
    customerId,
    sessionId,
    // What is drawn by chance would differ on both sides for no reason.
    consent: { ...consent, experimentation: false },
    context: {
      now: ts,
      device: context.device,
      country: context.country,
      locale: context.locale,
      regionId: context.regionId,
      tzOffset: context.tzOffset,
      salesChannelIds: context.salesChannelIds ?? [],
    },
  }
}

/** A recorded list that left slots to chance, and what both sides make of its request. */
interface Played {
  exposure: Exposure
  now: PlannedSlot[]
  draft: PlannedSlot[]
}

/** Those that shoppers saw and whose clicks are all in, with these. */
async function withClicks(played: readonly Played[], parts: WhatIfParts): Promise<LoggedList[]> {
  const { history, outcomeMs: windowMs, breathe } = parts
  const whole = played.filter(({ exposure }) => exposure.ts + windowMs <= parts.now())
  const lists = new Map(whole.map(({ exposure }) => [exposure.requestId, exposure.ts]))
  const clicks = await clicksOf(history, { lists, windowMs })
  const shoppers = new Map<string, number>()
  const logged: LoggedList[] = []
  for (const { exposure, now, draft } of whole) {
    const clicked = clicks.get(exposure.requestId)
    if (!clicked) continue
    const who = exposure.subject ?? exposure.visitorId ?? exposure.requestId
    const shopper = shoppers.get(who) ?? shoppers.size
    shoppers.set(who, shopper)
    const ids = exposure.slots.map(({ productId }) => productId)
    const shown = (await expectedOf(ids, exposure, parts)).map(({ id, expected }, slot) => {
      const { propensity } = exposure.slots[slot]
      return { id, expected, propensity, clicked: clicked.has(id) }
    })
    logged.push({ shopper, shown, now, draft })
    await breathe()
  }
  return logged
}

/** What clicks each product's rate lets expect in its slot. */
async function expectedOf(
  ids: readonly string[],
  { placement }: Exposure,
  { features, now: clock }: WhatIfParts
): Promise<PlannedSlot[]> {
  const now = clock()
  const records = await features.getMany(itemKeys(ids))
  return ids.map((id, place) => {
    const rate = readItem(records, id, now).ctr[placement] ?? UNKNOWN_RATE
    return { id, expected: rate / Math.log2(2 + place) }
  })
}

function count(side: Side, planned: readonly PlannedSlot[], catalog: Catalog): void {
  for (const { id, expected } of planned) {
    const product = catalog.get(id)
    const margin = product && marginOf(product)
    side.clicks += expected
    side.margin += expected * (margin ?? 0)
    side.slots++
    if (margin !== undefined) side.known++
    side.products.add(id)
  }
}
