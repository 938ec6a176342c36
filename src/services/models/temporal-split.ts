import type { Baskets, Interactions, TrainingData } from "./training-data"

/** Training data before a moment, and what came after it to test on. */
export interface Fold {
  train: TrainingData
  /** Sessions that ended after the cut: item ids in order, with their end in ms. */
  sessions: { items: string[]; endedAt: number }[]
  /** Orders after the cut: distinct item ids. */
  baskets: string[][]
}

/**
 * Cuts the newest `share` of the sessions off. Nothing that happened after the end of the last training session
 * is learned from. Repeats of one item in a row count as one step, for a cart after a view is not a next item.
 */
export function temporalFold(data: TrainingData, share: number): Fold {
  return rollingFolds(data, share, 1)[0]
}

/**
 * Rolling-origin evaluation (Tashman 2000): the newest `share` of the sessions in `count` parts of equal length, the
 * oldest part first. Each part is asked of what came before it, the parts before it among that.
 * @returns fewer folds where there are fewer sessions, at least one
 */
export function rollingFolds(data: TrainingData, share: number, count: number): Fold[] {
  const total = data.interactions.sessionStart.length - 1
  const held = Math.min(total, Math.max(1, Math.round(total * share)))
  const parts = Math.max(1, Math.min(count, held))
  const bounds = Array.from({ length: parts + 1 }, (_, i) => total - held + Math.floor((held * i) / parts))
  return bounds.slice(1).map((end, i) => foldOf(data, bounds[i], end))
}

/** Trains on the sessions before number `first`, tests on those up to number `last`. */
function foldOf(data: TrainingData, first: number, last: number): Fold {
  const { interactions, baskets } = data
  const { itemIds, item, ts, sessionStart } = interactions
  const endOf = (session: number) => (session > 0 ? ts[sessionStart[session] - 1] : -Infinity)
  const cut = endOf(first)
  const until = last === sessionStart.length - 1 ? Infinity : endOf(last)
  const sessions: Fold["sessions"] = []
  for (let session = first; session < last; session++) {
    const items: string[] = []
    for (let row = sessionStart[session]; row < sessionStart[session + 1]; row++) {
      const id = itemIds[item[row]]
      if (items.at(-1) !== id) items.push(id)
    }
    sessions.push({ items, endedAt: endOf(session + 1) * 1000 })
  }
  const heldBaskets: string[][] = []
  let early = 0
  for (let basket = 0; basket < baskets.ts.length && baskets.ts[basket] <= until; basket++) {
    if (baskets.ts[basket] <= cut) {
      early = basket + 1
      continue
    }
    const rows = baskets.item.subarray(baskets.start[basket], baskets.start[basket + 1])
    heldBaskets.push(Array.from(rows, (number) => itemIds[number]))
  }
  const train = {
    interactions: firstSessions(interactions, first),
    baskets: firstBaskets(baskets, early),
    products: data.products,
    ...(data.given && { given: data.given }),
    asOf: Number.isFinite(cut) ? cut * 1000 : data.asOf,
  }
  return { train, sessions, baskets: heldBaskets }
}

/** The oldest `count` sessions. Items and users keep their numbers. */
function firstSessions(interactions: Interactions, count: number): Interactions {
  const rows = interactions.sessionStart[count]
  const { item, user, session, ts, kind, country, device } = interactions
  return {
    ...interactions,
    item: item.subarray(0, rows),
    user: user.subarray(0, rows),
    session: session.subarray(0, rows),
    ts: ts.subarray(0, rows),
    kind: kind.subarray(0, rows),
    sessionStart: interactions.sessionStart.subarray(0, count + 1),
    ...(country && { country: country.subarray(0, rows) }),
    ...(device && { device: device.subarray(0, rows) }),
  }
}

function firstBaskets(baskets: Baskets, count: number): Baskets {
  return {
    start: baskets.start.subarray(0, count + 1),
    item: baskets.item.subarray(0, baskets.start[count]),
    ts: baskets.ts.subarray(0, count),
  }
}
