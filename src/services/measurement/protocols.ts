import { PersonalizationError, Random } from "../lib"
import type { Example, Protocol, RawDataset, RawSession } from "./dataset.port"

/** What is learned from and what is asked. */
export interface Split {
  train: RawSession[]
  examples: Example[]
}

export interface SplitOptions {
  /** Newest share of the orders or sessions that is held out where the files bring no test set. */
  testShare: number
  seed: number
}

/** A protocol turns a data set into a split; none of them ever samples negatives. */
export const PROTOCOLS: Readonly<Record<Protocol, (data: RawDataset, options: SplitOptions) => Split>> = {
  "next-item": nextItem,
  "leave-one-out": leaveOneOut,
  temporal,
  basket,
}

const endOf = ({ times }: RawSession): number => times[times.length - 1]

/** Sessions in order of their end, cut so that the newest share is held out. */
function cutByTime(sessions: readonly RawSession[], testShare: number) {
  const ordered = [...sessions].sort((a, b) => endOf(a) - endOf(b))
  const first = ordered.length - Math.max(1, Math.round(ordered.length * testShare))
  return { before: ordered.slice(0, Math.max(0, first)), after: ordered.slice(Math.max(0, first)) }
}

/** Every prefix of a test session predicts its next item. The session's own items stay in the ranking. */
function nextItem(data: RawDataset, { testShare }: SplitOptions): Split {
  if (data.testExamples) return { train: data.sessions, examples: data.testExamples }
  const { before, after } = data.testSessions
    ? { before: data.sessions, after: data.testSessions }
    : cutByTime(data.sessions, testShare)
  const examples: Example[] = []
  after.forEach(({ items }, unit) => {
    for (let step = 1; step < items.length; step++) {
      examples.push({ query: { session: items.slice(0, step) }, targets: [items[step]], unit })
    }
  })
  return { train: before, examples }
}

/**
 * The last item of every sequence is asked for from all before it; those items are removed from the lists.
 * Learned from all but the last two items, so that the usual validation item is not learned from either.
 */
function leaveOneOut({ sessions }: RawDataset): Split {
  const examples: Example[] = []
  const train: RawSession[] = []
  sessions.forEach((session, unit) => {
    const { items, times } = session
    train.push({ ...session, items: items.slice(0, -2), times: times.slice(0, -2) })
    if (items.length < 3) return
    const seen = items.slice(0, -1)
    const target = items[items.length - 1]
    examples.push({
      query: { history: seen },
      targets: [target],
      exclude: seen.filter((id) => id !== target),
      unit,
    })
  })
  return { train: train.filter(({ items }) => items.length > 0), examples }
}

/**
 * By customer: what somebody bought until the cut predicts all that they bought after it. Repeats count, for
 * buying again is what shoppers do.
 */
function temporal({ sessions }: RawDataset, { testShare }: SplitOptions): Split {
  const { before, after } = cutByTime(sessions, testShare)
  const now = 1000 * Math.max(0, ...before.slice(-1).map(endOf))
  const history = new Map<string, { items: string[]; ids: string[]; at: number[]; country?: string }>()
  for (const { user, items, times, kind, country } of before) {
    if (user === undefined) continue
    const known = history.get(user) ?? { items: [], ids: [], at: [], country }
    known.items.push(...items)
    if (kind === "purchase") {
      known.ids.push(...items)
      known.at.push(...times)
    }
    history.set(user, known)
  }
  const later = new Map<string, Set<string>>()
  for (const { user, items } of after) {
    if (user === undefined || !history.has(user)) continue
    const bought = later.get(user) ?? new Set()
    for (const id of items) bought.add(id)
    later.set(user, bought)
  }
  const examples = [...later].map(([user, targets], unit) => {
    const { items, ids, at, country } = history.get(user)!
    const query = { history: items, purchases: { ids, at }, context: { country, now } }
    return { query, targets: [...targets], unit }
  })
  return { train: before, examples }
}

/** By order: one item of every later order, drawn by seed, is asked for from the others, which are removed. */
function basket({ sessions }: RawDataset, { testShare, seed }: SplitOptions): Split {
  const { before, after } = cutByTime(sessions, testShare)
  const random = new Random(seed)
  const examples: Example[] = []
  after.forEach(({ items, country }, unit) => {
    const distinct = [...new Set(items)]
    if (distinct.length < 2) return
    const target = random.pick(distinct)
    const seeds = distinct.filter((id) => id !== target)
    examples.push({ query: { seeds, context: { country } }, targets: [target], exclude: seeds, unit })
  })
  return { train: before, examples }
}

/** @throws PersonalizationError `invalid_input` when the data set gives the protocol nothing to ask. */
export function split(data: RawDataset, protocol: Protocol, options: SplitOptions): Split {
  const made = PROTOCOLS[protocol](data, options)
  if (made.examples.length === 0 || made.train.length === 0) {
    throw new PersonalizationError(
      "invalid_input",
      `protocol: "${protocol}" finds nothing to ask in ${data.name}; choose another protocol`
    )
  }
  return made
}
