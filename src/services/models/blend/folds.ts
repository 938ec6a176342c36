import { Random } from "../../lib"
import type { ModelQuery } from "../model"
import { mayRecommendLast } from "../repeats"
import { temporalFold } from "../temporal-split"
import { KINDS, type Interactions, type TrainingData } from "../training-data"

/** What a list is asked from; each has a ranker of its own, for other sources count. */
export const QUERY_KINDS = ["session", "history", "seeds"] as const
export type QueryKind = (typeof QUERY_KINDS)[number]

/** The kind of a question: the running session first, then the products of the page or cart, then the history. */
export function kindOf({ session, seeds }: ModelQuery): QueryKind {
  if (session?.length) return "session"
  return seeds?.length ? "seeds" : "history"
}

/** A question from the held-out part of the training data. */
export interface BlendExample {
  query: ModelQuery
  targets: ReadonlySet<string>
}

export interface BlendFold {
  /** What the sources learn from before they are asked. */
  train: TrainingData
  examples: Record<QueryKind, BlendExample[]>
}

export interface FoldOptions {
  /** Newest share of the sessions held out. */
  share: number
  /** Examples per kind at most: the newest, or a random part where no order is known. */
  maxExamples: number
  seed: number
}

/**
 * Holds the newest sessions out, or, where users have one long sequence each, the last item of every sequence: what
 * is asked later looks like what the rankers learn from.
 */
export function blendFold(data: TrainingData, options: FoldOptions): BlendFold {
  return hasOneSequencePerUser(data.interactions)
    ? lastItemFold(data, options)
    : newestSessions(data, options)
}

function hasOneSequencePerUser({ user, sessionStart }: Interactions): boolean {
  const users = new Set<number>()
  const sessions = sessionStart.length - 1
  let known = 0
  for (let session = 0; session < sessions; session++) {
    const of = user[sessionStart[session]]
    if (of < 0) continue
    known++
    users.add(of)
  }
  return known > sessions / 2 && users.size > 0.9 * known
}

function newestSessions(data: TrainingData, { share, maxExamples, seed }: FoldOptions): BlendFold {
  const fold = temporalFold(data, share)
  const { interactions } = data
  const { itemIds, item, kind, sessionStart } = interactions
  const first = fold.train.interactions.sessionStart.length - 1
  const mayStay = mayRecommendLast("auto", interactions)
  const session: BlendExample[] = []
  const purchase = KINDS.indexOf("purchase")
  for (let s = sessionStart.length - 2; s >= first && session.length < maxExamples; s--) {
    // The lines of an order stand in no order.
    if (kind[sessionStart[s]] === purchase) continue
    const items: string[] = []
    for (let row = sessionStart[s]; row < sessionStart[s + 1]; row++) {
      const id = itemIds[item[row]]
      if (mayStay || items.at(-1) !== id) items.push(id)
    }
    for (let step = items.length - 1; step >= 1; step--) {
      session.push({ query: { session: items.slice(0, step) }, targets: new Set([items[step]]) })
    }
  }
  const random = new Random(seed)
  const seeds: BlendExample[] = []
  for (const basket of fold.baskets.slice(-maxExamples)) {
    if (basket.length < 2) continue
    const target = random.pick(basket)
    seeds.push({ query: { seeds: basket.filter((id) => id !== target) }, targets: new Set([target]) })
  }
  const history = laterOfUsers(interactions, sessionStart[first]).slice(-maxExamples)
  return { train: fold.train, examples: { session, history, seeds } }
}

/** What known users did before row `cut` asks for all that they did after it. */
function laterOfUsers(
  { itemIds, item, user, ts, kind, country, countries }: Interactions,
  cut: number
): BlendExample[] {
  const later = new Map<number, Set<string>>()
  for (let row = cut; row < item.length; row++) {
    if (user[row] < 0) continue
    if (!later.has(user[row])) later.set(user[row], new Set())
    later.get(user[row])!.add(itemIds[item[row]])
  }
  const earlier = new Map<number, number[]>()
  for (let row = 0; row < cut; row++) {
    if (!later.has(user[row])) continue
    if (earlier.has(user[row])) earlier.get(user[row])!.push(row)
    else earlier.set(user[row], [row])
  }
  const now = cut > 0 ? ts[cut - 1] * 1000 : 0
  const purchase = KINDS.indexOf("purchase")
  return [...earlier].map(([who, rows]) => {
    const bought = rows.filter((row) => kind[row] === purchase)
    const place = country ? country[rows[rows.length - 1]] : -1
    const query = {
      history: rows.map((row) => itemIds[item[row]]),
      purchases: { ids: bought.map((row) => itemIds[item[row]]), at: bought.map((row) => ts[row]) },
      context: { now, ...(place >= 0 && { country: countries![place] }) },
    }
    return { query, targets: later.get(who)! }
  })
}

function lastItemFold(data: TrainingData, { maxExamples, seed }: FoldOptions): BlendFold {
  const { interactions } = data
  const { itemIds, item, sessionStart } = interactions
  const kept: number[] = []
  const start = new Int32Array(sessionStart.length)
  const history: BlendExample[] = []
  for (let s = 0; s < sessionStart.length - 1; s++) {
    const end = sessionStart[s + 1]
    const isAsked = end - sessionStart[s] >= 2
    const last = isAsked ? end - 1 : end
    const before: string[] = []
    for (let row = sessionStart[s]; row < last; row++) {
      kept.push(row)
      before.push(itemIds[item[row]])
    }
    start[s + 1] = kept.length
    if (isAsked) history.push({ query: { history: before }, targets: new Set([itemIds[item[last]]]) })
  }
  const train = { ...data, interactions: takeRows(interactions, kept, start) }
  const asked = new Random(seed).shuffle(history).slice(0, maxExamples)
  return { train, examples: { session: [], history: asked, seeds: [] } }
}

function takeRows(
  interactions: Interactions,
  rows: readonly number[],
  sessionStart: Int32Array
): Interactions {
  const { item, user, session, ts, kind, country, device } = interactions
  return {
    ...interactions,
    sessionStart,
    item: Int32Array.from(rows, (row) => item[row]),
    user: Int32Array.from(rows, (row) => user[row]),
    session: Int32Array.from(rows, (row) => session[row]),
    ts: Float64Array.from(rows, (row) => ts[row]),
    kind: Uint8Array.from(rows, (row) => kind[row]),
    ...(country && { country: Int32Array.from(rows, (row) => country[row]) }),
    ...(device && { device: Uint8Array.from(rows, (row) => device[row]) }),
  }
}
