import type { Product } from "../features"

const DAY_MS = 86_400_000
/** Share of the usual interval after which a product is due: half of the shoppers buy before the whole of it. */
const DUE = 0.8
/** Of a consumable that neither the merchant nor the orders give an interval. */
const USUAL_DAYS = 30

/**
 * Days after its purchase from which on a product may be recommended to its buyer again; undefined: it is a durable and
 * never is. The merchant's word counts first: metadata `replenishment_days` (a number), then `consumable` (true or false);
 * then what the shop's orders say.
 * @param learned days after which shoppers usually buy it again, where that is known
 */
export function dueAfterDays(
  { metadata }: Pick<Product, "metadata">,
  learned: number | undefined
): number | undefined {
  const days = Number(metadata?.replenishment_days ?? NaN)
  if (days > 0 && Number.isFinite(days)) return days
  const consumable = metadata?.consumable
  if (consumable === false || consumable === "false") return undefined
  if (learned !== undefined) return DUE * learned
  return consumable === true || consumable === "true" ? DUE * USUAL_DAYS : undefined
}

/** Whether a product that was bought at `ts` may be recommended to its buyer again. */
export function isDue(
  product: Pick<Product, "metadata">,
  learned: number | undefined,
  ts: number,
  now: number
): boolean {
  const days = dueAfterDays(product, learned)
  return days !== undefined && now - ts >= days * DAY_MS
}
