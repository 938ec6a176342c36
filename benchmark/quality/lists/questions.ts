import { PROTOCOLS, type Example, type RawDataset, type RawSession } from "../../../src/services/measurement"

const DAY_MS = 86_400_000
/** Days that sequences are laid over. */
const DAYS = 30
/** Between two items: that of visits, or within one. */
const [APART_MS, WITHIN_MS] = [3 * 3_600_000, 60_000]
/** Newest share of the training sessions that is asked about to choose by. */
const JUDGES = 0.1

/** Somebody looks at a product. */
export interface Look {
  visitor: string
  session: string
  product: string
  ts: number
}

export interface Question {
  visitor: string
  session: string
  target: string
  /** Left out of the list. */
  exclude: readonly string[]
}

export interface Questions {
  /** What is learned from. */
  learned: Look[]
  /** What the shop sees afterwards, before it is asked. */
  seen: Look[]
  asked: Question[]
}

export interface QuestionOptions {
  /** The end of what is seen, ms since the epoch. */
  now: number
  /** Asks what is to choose by, and never looks at what is to judge by. */
  validate: boolean
  /** Of so many questions one is asked. */
  every: number
  /** All items of a sequence are one visit. */
  oneVisit: boolean
}

/**
 * Shoppers who come back: each one's last item is asked for (to choose by: the last but one, and the last is never seen)
 * from all before it, in a new visit. Sequences end in the order of the file, each with its items evenly before.
 */
export function comingBack({ sessions }: RawDataset, options: QuestionOptions): Questions {
  const { now, validate, every, oneVisit } = options
  const sequences = sessions.map(({ items }) => items.slice(0, items.length - (validate ? 1 : 0)))
  const looks = (user: number, from: number, to: number): Look[] => {
    const items = sequences[user]
    const end = now - (1 - (user + 1) / sequences.length) * DAYS * DAY_MS
    return items.slice(from, to).map((product, at) => ({
      visitor: `v-${user}`,
      session: oneVisit ? `s-${user}` : `s-${user}-${from + at}`,
      product,
      ts: end - (items.length - from - at) * (oneVisit ? WITHIN_MS : APART_MS),
    }))
  }
  const part = (of: (length: number) => [number, number]) =>
    sequences.flatMap((items, user) => looks(user, ...of(items.length)))
  return {
    learned: part((length) => [0, Math.max(0, length - 2)]),
    seen: part((length) => [Math.max(0, length - 2), length - 1]),
    asked: sequences.flatMap((items, user) => {
      if (items.length < 3 || user % every !== 0) return []
      const target = items[items.length - 1]
      const exclude = items.slice(0, -1).filter((id) => id !== target)
      return [{ visitor: `v-${user}`, session: `v-${user}-now`, target, exclude }]
    }),
  }
}

/**
 * Visits that are going on: of each held-out session the last item is asked for from those before it (to choose by: of the
 * newest tenth of the training sessions), where it is not one of them: lists leave out what the visit has seen.
 */
export function inVisits(data: RawDataset, { now, validate, every }: QuestionOptions): Questions {
  const { train, examples } = PROTOCOLS["next-item"](data, { testShare: JUDGES, seed: 1 })
  const longest = new Map<number, Example>()
  const of = validate
    ? PROTOCOLS["next-item"](
        { ...data, sessions: train, testSessions: undefined, testExamples: undefined },
        { testShare: JUDGES, seed: 1 }
      )
    : { train, examples }
  for (const example of of.examples) {
    if (example.query.session!.includes(example.targets[0])) continue
    const known = longest.get(example.unit)
    if (!known || known.query.session!.length < example.query.session!.length)
      longest.set(example.unit, example)
  }
  const last = of.train.reduce((most, { times }) => Math.max(most, times[times.length - 1]), 0)
  const asked = [...longest.values()].filter((_, i) => i % every === 0)
  return {
    learned: of.train.flatMap((session, i) => visit(`v-${i}`, session, now - DAY_MS - 1_000 * last)),
    seen: asked.flatMap(({ query: { session = [] } }, i) =>
      session.map((product, at) => ({
        ...{ visitor: `t-${i}`, session: `t-${i}`, product },
        ts: now - (session.length - at) * WITHIN_MS,
      }))
    ),
    asked: asked.map(({ targets: [target] }, i) => ({
      ...{ visitor: `t-${i}`, session: `t-${i}`, target },
      exclude: [],
    })),
  }
}

const visit = (visitor: string, { items, times }: RawSession, later: number): Look[] =>
  items.map((product, at) => ({ visitor, session: visitor, product, ts: 1_000 * times[at] + later }))
