import { z } from "zod"
import { marginOf, type Product } from "../../../features"
import type { RuleType } from "../rule-type.port"

const share = z.number().min(0, "must be from 0 to 1").max(1, "must be from 0 to 1")

const schema = z
  .strictObject({
    type: z.literal("weight"),
    /** From 0, relevance alone, to 1, profit alone. */
    margin: share.default(0),
    /** Share of products that lie in stock in plenty. */
    stockCover: share.default(0),
  })
  .refine(({ margin, stockCover }) => margin + stockCover > 0 && margin + stockCover <= 1, {
    path: ["margin"],
    error: "must with stockCover be above 0 and at most 1",
  })

/** Pieces in stock that count half. */
const PLENTY = 20

/** Pieces of all variants that are counted; undefined where none is. */
function stockOf({ variants }: Product): number | undefined {
  let stock: number | undefined
  for (const one of variants) if (one.stock !== undefined) stock = (stock ?? 0) + one.stock
  return stock
}

const coverOf = (product: Product) => {
  const stock = stockOf(product)
  return stock === undefined ? undefined : stock / (stock + PLENTY)
}

/**
 * Weighs relevance against what a sale earns and what lies in stock. Each is a share of the best of the list, 0–1; a
 * product of which it is not known has the mean of those of which it is, so that it is neither favoured nor punished.
 * What is sold at a loss counts as earning nothing.
 */
export const weight: RuleType<z.output<typeof schema>> & { schema: typeof schema } = {
  type: "weight",
  schema,
  needsProducts: false,
  single: true,
  rescore: ({ margin, stockCover }, { scores, product }, matches) => {
    const best = scores.reduce((most, score) => Math.max(most, score), 0) || 1
    const earned = shares(scores.length, (place) => valueAt(place, marginOf))
    const cover = shares(scores.length, (place) => valueAt(place, coverOf))
    function valueAt(place: number, valueOf: (product: Product) => number | undefined) {
      const one = product(place)
      return one && valueOf(one)
    }
    const relevance = 1 - margin - stockCover
    for (let place = 0; place < scores.length; place++) {
      if (!matches(place)) continue
      scores[place] = relevance * scores[place] + best * (margin * earned[place] + stockCover * cover[place])
    }
  },
}

/** The values as shares of the greatest one; the mean where a value is not known, 0 where none is. */
function shares(length: number, valueAt: (place: number) => number | undefined): Float64Array {
  const values = new Float64Array(length).fill(NaN)
  let most = 0
  let known = 0
  for (let place = 0; place < length; place++) {
    const value = valueAt(place)
    if (value === undefined) continue
    values[place] = Math.max(0, value)
    most = Math.max(most, value)
    known++
  }
  if (most === 0) return values.fill(0)
  let mean = 0
  for (const value of values) if (!Number.isNaN(value)) mean += value / most / known
  return values.map((value) => (Number.isNaN(value) ? mean : value / most))
}
