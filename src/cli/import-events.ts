import { eventIdFrom, MAX_ITEMS, type Fact } from "../services/events"
import type { Consent } from "../services/privacy"
import { countryCode } from "./import-country"
import type { MappedRow } from "./import-mapping"

export interface EventRules {
  /** Type of rows that do not say their own. */
  type: string
  /** Order ids that begin so are cancellations. */
  cancelledPrefix?: string
  /** Added to every time, ms. */
  shift: number
  consent: Consent
}

/** A row that can become part of an event. */
export interface ReadyRow {
  line: number
  type: string
  ts: number
  row: MappedRow
  quantity?: number
  price?: number
}

const isNumber = (text: string): boolean => /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)

/** ISO 8601 or `YYYY-MM-DD hh:mm[:ss]` (UTC unless it says otherwise), or seconds or milliseconds since the epoch. */
export function timeOf(text: string): number | undefined {
  if (isNumber(text)) {
    const number = Number(text)
    // Seconds until the year 5138; nobody has milliseconds of before March 1973.
    return Math.round(number < 1e11 ? number * 1_000 : number)
  }
  const iso = text.replace(/^(\d{4})\/(\d{2})\/(\d{2})/, "$1-$2-$3").replace(" ", "T")
  const ms = Date.parse(/[zZ]|[+-]\d{2}:?\d{2}$/.test(iso) || !iso.includes("T") ? iso : `${iso}Z`)
  return Number.isNaN(ms) ? undefined : ms
}

/** Checks what the envelope cannot, because there it is a number already; returns the reason when it is wrong. */
export function readyRow(line: number, row: MappedRow, rules: EventRules): ReadyRow | string {
  if (!row.product_id) return "product_id: is missing"
  if (!row.ts) return "ts: is missing"
  const ts = timeOf(row.ts)
  if (ts === undefined) return `ts: "${row.ts}" is not a time`
  for (const field of ["quantity", "price", "value", "rating"] as const)
    if (row[field] !== undefined && !isNumber(row[field])) return `${field}: "${row[field]}" is not a number`
  const quantity = row.quantity === undefined ? undefined : Number(row.quantity)
  const price = row.price === undefined ? undefined : Number(row.price)
  if (price !== undefined && price < 0) return "price: must not be negative"
  const named = row.type ?? rules.type
  const { cancelledPrefix } = rules
  const cancelled = cancelledPrefix !== undefined && row.order_id?.startsWith(cancelledPrefix) === true
  const taken = named === "purchase" && (cancelled || (quantity ?? 1) < 0)
  return {
    line,
    type: taken ? "refund" : named,
    ts: ts + rules.shift,
    row,
    price,
    quantity: quantity === undefined ? undefined : Math.abs(quantity),
  }
}

/** An event to be, with the rows that it is made of. */
export interface ImportedEvent {
  fact: Fact
  rows: readonly ReadyRow[]
}

/**
 * Turns rows into events. Neighbouring lines of one order become one event of up to 200 products, and all
 * events of an order carry `properties.order_id`. An event's id is made of its time and content, so that
 * importing a file again changes nothing; equal rows are told apart by counting them.
 */
export class EventBuilder {
  private open: ReadyRow[] = []
  private readonly seen = new Map<string, number>()

  constructor(private readonly rules: EventRules) {}

  /** Takes a row; returns the event that it completes, if any. */
  add(row: ReadyRow): ImportedEvent | undefined {
    const joins = this.open.length > 0 && this.open.length < MAX_ITEMS && sameOrder(this.open[0], row)
    const completed = joins ? undefined : this.flush()
    this.open.push(row)
    return completed
  }

  /** The event of the rows still held. */
  flush(): ImportedEvent | undefined {
    if (this.open.length === 0) return undefined
    const rows = this.open
    this.open = []
    return { fact: this.fact(rows), rows }
  }

  private fact(rows: readonly ReadyRow[]): Fact {
    const { ts, type, row } = rows[0]
    const content = JSON.stringify([type, rows.map((one) => one.row)])
    // The id holds the hash, so the hash of the content is all that counting has to remember.
    const id = eventIdFrom(ts, content)
    const repeated = this.seen.get(id) ?? 0
    this.seen.set(id, repeated + 1)
    const properties: Record<string, string | number> = {}
    if (row.order_id) properties.order_id = row.order_id
    if (row.query) properties.query = row.query
    if (row.rating) properties.rating = Number(row.rating)
    return {
      event_id: repeated === 0 ? id : eventIdFrom(ts, `${content}#${repeated}`),
      type,
      ts,
      visitor_id: row.visitor_id,
      customer_id: row.customer_id,
      session_id: row.session_id,
      consent: this.rules.consent,
      context: { country: countryCode(row.country) },
      items: rows.map(({ row: one, quantity, price }) => ({
        product_id: one.product_id!,
        variant_id: one.variant_id,
        quantity,
        price,
      })),
      currency: row.currency,
      value: row.value === undefined ? undefined : Number(row.value),
      properties: Object.keys(properties).length > 0 ? properties : undefined,
    }
  }
}

function sameOrder(a: ReadyRow, b: ReadyRow): boolean {
  return (
    a.row.order_id !== undefined &&
    a.row.order_id === b.row.order_id &&
    a.type === b.type &&
    a.row.customer_id === b.row.customer_id &&
    a.row.visitor_id === b.row.visitor_id
  )
}
