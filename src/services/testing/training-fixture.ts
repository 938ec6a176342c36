import { silentLogger } from "../lib"
import type { Product } from "../features"
import {
  BasketColumns,
  InteractionColumns,
  KINDS,
  Numbering,
  type FitContext,
  type TrainingData,
} from "../models"

/** A session for tests: items in order, a minute apart, an hour after the session before. */
export interface FixtureSession {
  items: string[]
  kind?: (typeof KINDS)[number]
  user?: string
  country?: string
  /** Seconds; default: the number of the session in hours. */
  at?: number
}

/** A product of which only the words matter. */
export const wordProduct = (id: string, title: string, more: Partial<Product> = {}): Product => ({
  id,
  title,
  status: "published",
  categories: [],
  tags: [],
  options: {},
  salesChannelIds: [],
  variants: [],
  inStock: true,
  createdAt: 0,
  updatedAt: 0,
  ...more,
})

/** Training data out of sessions; a session of purchases is an order as well. */
export function trainingFixture(sessions: readonly FixtureSession[], products: Product[] = []): TrainingData {
  const columns = new InteractionColumns()
  const baskets = new BasketColumns()
  const [items, users, countries] = [new Numbering(), new Numbering(), new Numbering()]
  let asOf = 0
  sessions.forEach(({ items: ids, kind = "view", user, country, at }, session) => {
    const begin = at ?? session * 3600
    ids.forEach((id, i) => {
      const ts = begin + i * 60
      columns.push({
        item: items.of(id),
        user: user === undefined ? -1 : users.of(user),
        session,
        ts,
        kind: KINDS.indexOf(kind),
        country: country === undefined ? -1 : countries.of(country),
      })
      asOf = Math.max(asOf, ts * 1000)
    })
    if (kind === "purchase")
      baskets.add(
        String(session),
        begin,
        ids.map((id) => items.of(id))
      )
  })
  return {
    interactions: columns.build(items.names, users.names, countries.names),
    baskets: baskets.build(),
    products,
    asOf,
  }
}

/** A context that goes its way silently. */
export const fitContext = (over: Partial<FitContext> = {}): FitContext => ({
  seed: 7,
  logger: silentLogger,
  progress() {},
  checkCancelled() {},
  ...over,
})
