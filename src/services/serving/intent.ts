import { joined } from "../lib"
import type { Catalog, Shopper } from "../features"
import { dot, type Knowledge } from "../retrieval"

/** Newest products of a session that are looked at. */
const LOOKED_AT = 8
/** Longest run at the end that may be the new interest. */
const MAX_RUN = 4
/** Loss of likeness across the turn, as a share of the likeness before and after it, from which it is one. */
const TURN = 0.6
/** From this certainty on, what came before the turn is no longer asked from. */
const SURE = 0.6

/** A turn in the running session. */
export interface Shift {
  /** First product after it, by its place in the session. */
  from: number
  /** 0–1; grows with every product that stays with the new interest. */
  certainty: number
}

/**
 * Where the running session has turned to something else: the place before its last products across which likeness falls
 * most, compared with the likeness on both sides. One product may be a slip, so certainty begins at a half and doubles its
 * nearness to 1 with each that follows. @returns undefined where it goes on as before
 */
export function shiftOf(
  session: readonly string[],
  likeness: (a: string, b: string) => number
): Shift | undefined {
  const from = Math.max(0, session.length - LOOKED_AT)
  const size = session.length - from
  const like = new Float64Array(size * size)
  for (let i = 0; i < size; i++)
    for (let j = 0; j < i; j++)
      like[i * size + j] = like[j * size + i] = likeness(session[from + i], session[from + j])
  /** Of the products from `a` to before `b` with those from `c` to before `d`. */
  const mean = (a: number, b: number, c: number, d: number): number => {
    let sum = 0
    let pairs = 0
    for (let i = a; i < b; i++)
      for (let j = c; j < d; j++) {
        if (i === j) continue
        sum += like[i * size + j]
        pairs++
      }
    return sum / pairs
  }
  let best: Shift | undefined
  let most = TURN
  for (let run = 1; run <= Math.min(MAX_RUN, size - 2); run++) {
    const turn = size - run
    const within = mean(0, turn, 0, turn)
    const own = run > 1 ? mean(turn, size, turn, size) : within
    const usual = (within + own) / 2
    if (usual <= 0) continue
    const lost = 1 - mean(0, turn, turn, size) / usual
    // Of equal turns the one that leaves more on its new side.
    if (lost < most) continue
    most = lost
    best = { from: from + turn, certainty: 1 - 0.5 ** run }
  }
  return best
}

/**
 * The shopper as the running session has them: after a turn the taste of the categories is that of the products since,
 * as far as the turn is certain, and a sure turn leaves what came before it out of the session.
 */
export function focused(
  shopper: Shopper,
  { catalog, vectorOf }: Pick<Knowledge, "catalog" | "vectorOf">
): Shopper {
  const { session, categoryAffinity } = shopper
  if (session.length < 3) return shopper
  const shift = shiftOf(session, likenessOf(catalog, vectorOf))
  if (!shift) return shopper
  const now = session.slice(shift.from)
  const mixed = new Map<string, number>()
  for (const [id, value] of categoryAffinity) mixed.set(id, (1 - shift.certainty) * value)
  const turnedTo = new Set(now.flatMap((id) => categoriesOf(catalog, id)))
  for (const id of turnedTo) mixed.set(id, (mixed.get(id) ?? 0) + shift.certainty)
  return joined(shopper, {
    session: shift.certainty >= SURE ? now : session,
    categoryAffinity: mixed,
    shift: shift.certainty,
  })
}

const categoriesOf = ({ cards }: Catalog, id: string): readonly string[] => {
  const number = cards.numberOf(id)
  return number < 0 ? [] : cards.categorySets.idsOf(cards.categoriesOf(number))
}

/** Half by content, half by the categories in common: titles of one kind may share no word. */
function likenessOf(catalog: Catalog, vectorOf: Knowledge["vectorOf"]) {
  const looks = new Map<string, { vector: Float32Array | undefined; categories: readonly string[] }>()
  const lookOf = (id: string) => {
    let look = looks.get(id)
    if (!look) looks.set(id, (look = { vector: vectorOf(id), categories: categoriesOf(catalog, id) }))
    return look
  }
  return (one: string, other: string): number => {
    const [a, b] = [lookOf(one), lookOf(other)]
    const common = a.categories.filter((id) => b.categories.includes(id)).length
    const shared = common === 0 ? 0 : common / (a.categories.length + b.categories.length - common)
    return a.vector && b.vector ? (shared + Math.max(0, dot(a.vector, b.vector))) / 2 : shared
  }
}
