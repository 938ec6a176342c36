export interface VisitRows {
  item: Int32Array
  /** −1 = unknown */
  user: Int32Array
  /** Visit of each row, from 0. */
  session: Int32Array
  ts: Float64Array
}

/**
 * A visit to a single product says nothing of what goes on to what. So it is taken as the continuation of the shopper's
 * visit before it, and where there is none, as the beginning of the one after it: shoppers who come for one thing at a time
 * leave sequences all the same. Visits to several products stay what they are, and so do those of unknown shoppers.
 * @returns visit → the visit that it is part of; one that has no rows is its own
 */
export function joinVisits({ item, user, session, ts }: VisitRows): Int32Array {
  const visits = session.reduce((most, visit) => Math.max(most, visit + 1), 0)
  const shopper = new Int32Array(visits).fill(-1)
  const first = new Int32Array(visits).fill(-1)
  const several = new Uint8Array(visits)
  const begin = new Float64Array(visits).fill(Infinity)
  for (let row = 0; row < session.length; row++) {
    const visit = session[row]
    shopper[visit] = user[row]
    if (first[visit] < 0) first[visit] = item[row]
    else if (first[visit] !== item[row]) several[visit] = 1
    begin[visit] = Math.min(begin[visit], ts[row])
  }
  const order = Int32Array.from(shopper.keys()).filter((visit) => shopper[visit] >= 0)
  order.sort((a, b) => shopper[a] - shopper[b] || begin[a] - begin[b] || a - b)
  const joined = Int32Array.from(shopper.keys())
  for (let at = 1, into = order[0]; at < order.length; at++) {
    const visit = order[at]
    if (shopper[visit] !== shopper[into] || (several[visit] && several[into])) {
      into = visit
      continue
    }
    joined[visit] = into
    if (several[visit] || first[visit] !== first[into]) several[into] = 1
  }
  return joined
}
