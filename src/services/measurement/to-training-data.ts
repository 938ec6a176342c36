import type { Product } from "../features"
import { BasketColumns, InteractionColumns, KINDS, Numbering, type TrainingData } from "../models"
import type { RawSession } from "./dataset.port"

/** Sessions and orders of a data set as the columns that models learn from. */
export function toTrainingData(sessions: readonly RawSession[], products: Product[]): TrainingData {
  const columns = new InteractionColumns()
  const baskets = new BasketColumns()
  const items = new Numbering()
  const users = new Numbering()
  const countries = new Numbering()
  let asOf = 0
  sessions.forEach((session, number) => {
    const user = session.user === undefined ? -1 : users.of(session.user)
    const country = session.country === undefined ? -1 : countries.of(session.country)
    const kind = KINDS.indexOf(session.kind)
    session.items.forEach((id, i) => {
      columns.push({ item: items.of(id), user, session: number, ts: session.times[i], kind, country })
      asOf = Math.max(asOf, session.times[i] * 1000)
    })
    if (session.kind === "purchase") {
      baskets.add(
        String(number),
        session.times.at(-1) ?? 0,
        session.items.map((id) => items.of(id))
      )
    }
  })
  return {
    interactions: columns.build(items.names, users.names, countries.names),
    baskets: baskets.build(),
    products,
    asOf,
  }
}
