import type { RemoteQueryFunction } from "@medusajs/framework/types"
import { eventIdFrom, type Fact } from "../../services/events"
import { consentSchema, type Consent } from "../../services/privacy"

/** What the storefront SDK leaves on a cart: who fills it, and what that shopper agreed to. */
interface CartMark {
  visitor_id?: string
  session_id?: string
  consent?: Consent
}

/** What it leaves on a line: the recommendation that led to it. */
interface LineMark {
  request_id?: string
  placement?: string
}

interface LineRow {
  id: string
  product_id?: string | null
  variant_id?: string | null
  quantity?: number
  unit_price?: number
  created_at?: string | Date
  deleted_at?: string | Date | null
  metadata?: Record<string, unknown> | null
}

interface CartRow {
  id: string
  customer_id?: string | null
  /** Guests get a customer record as well; only one with an account can come back to a profile. */
  customer?: { has_account?: boolean } | null
  currency_code?: string
  region_id?: string | null
  sales_channel_id?: string | null
  shipping_address?: { country_code?: string | null; province?: string | null } | null
  metadata?: Record<string, unknown> | null
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.length > 0 && value.length <= 128 ? value : undefined

/** Metadata can be written by anyone who holds the cart, so it is read with suspicion. */
export function cartMark(metadata: Record<string, unknown> | null | undefined): CartMark {
  const mark = metadata?.personalization as Record<string, unknown> | undefined
  if (!mark || typeof mark !== "object") return {}
  const consent = consentSchema.safeParse(mark.consent)
  return {
    visitor_id: text(mark.visitor_id),
    session_id: text(mark.session_id),
    consent: consent.success ? consent.data : undefined,
  }
}

export function lineMark(metadata: Record<string, unknown> | null | undefined): LineMark {
  const mark = metadata?.personalization as Record<string, unknown> | undefined
  if (!mark || typeof mark !== "object") return {}
  return { request_id: text(mark.request_id), placement: text(mark.placement) }
}

const time = (value: string | Date | null | undefined): number =>
  value ? new Date(value).getTime() : Date.now()

/** The same fact told twice gets the same id, so that it counts once. */
const stamp = (identity: string, ts: number) => ({ event_id: eventIdFrom(ts, identity), ts })

const toItem = (line: LineRow) => ({
  product_id: line.product_id as string,
  variant_id: line.variant_id ?? undefined,
  quantity: line.quantity === undefined ? undefined : Number(line.quantity),
  price: line.unit_price === undefined ? undefined : Number(line.unit_price),
  ...lineMark(line.metadata),
})

const account = (cart: CartRow): string | undefined =>
  cart.customer?.has_account ? (cart.customer_id ?? undefined) : undefined

const who = (
  cart: CartRow
): Pick<Fact, "visitor_id" | "session_id" | "consent" | "customer_id" | "context"> => ({
  ...cartMark(cart.metadata),
  customer_id: account(cart),
  context: {
    currency: cart.currency_code?.toUpperCase(),
    region_id: cart.region_id ?? undefined,
    sales_channel_id: cart.sales_channel_id ?? undefined,
    ...placeOf(cart),
  },
})

/** Where it is sent to. Medusa's admin writes provinces as ISO 3166-2; what was typed by hand is left out. */
function placeOf({ shipping_address: to }: CartRow): Fact["context"] {
  const country = to?.country_code?.toUpperCase()
  if (!country || !/^[A-Z]{2}$/.test(country)) return {}
  const region = to?.province?.trim().toUpperCase() ?? ""
  return { country, ...(/^[A-Z]{2}-[A-Z0-9]{1,3}$/.test(region) && region.startsWith(country) && { region }) }
}

const LINE_FIELDS = [
  "id",
  "product_id",
  "variant_id",
  "quantity",
  "unit_price",
  "created_at",
  "deleted_at",
  "metadata",
]
const CART_FIELDS = [
  "id",
  "customer_id",
  "currency_code",
  "region_id",
  "sales_channel_id",
  "metadata",
  "customer.has_account",
  "shipping_address.country_code",
  "shipping_address.province",
]

/** `add_to_cart` or `remove_from_cart` of one cart line; undefined when the line is unknown or not a product. */
export async function lineItemFact(
  query: RemoteQueryFunction,
  lineId: string,
  type: "add_to_cart" | "remove_from_cart"
): Promise<Fact | undefined> {
  const { data } = await query.graph({
    entity: "line_item",
    fields: [...LINE_FIELDS, ...CART_FIELDS.map((field) => `cart.${field}`)],
    filters: { id: lineId },
    withDeleted: true,
  })
  const line = data[0] as unknown as (LineRow & { cart?: CartRow }) | undefined
  if (!line?.product_id || !line.cart) return undefined
  const ts = time(type === "add_to_cart" ? line.created_at : line.deleted_at)
  return { ...who(line.cart), ...stamp(`${type}:${line.id}`, ts), type, items: [toItem(line)] }
}

/** The visitor of a cart turns out to be a customer. */
export async function cartLoginFact(query: RemoteQueryFunction, cartId: string): Promise<Fact | undefined> {
  const { data } = await query.graph({ entity: "cart", fields: CART_FIELDS, filters: { id: cartId } })
  const cart = data[0] as unknown as CartRow | undefined
  if (!cart || !account(cart) || !cartMark(cart.metadata).visitor_id) return undefined
  return { ...who(cart), type: "login" }
}

/** `purchase` of a placed order, each item with the recommendation that led to it. */
export async function orderFact(query: RemoteQueryFunction, orderId: string): Promise<Fact | undefined> {
  const [{ data: orders }, { data: links }] = await Promise.all([
    query.graph({
      entity: "order",
      fields: ["created_at", "total", ...CART_FIELDS, "items.*"],
      filters: { id: orderId },
    }),
    query.graph({ entity: "order_cart", fields: ["cart.metadata"], filters: { order_id: orderId } }),
  ])
  const order = orders[0] as unknown as
    (CartRow & { created_at: string; total?: number; items?: LineRow[] }) | undefined
  if (!order) return undefined
  const cart = links[0] as unknown as { cart?: { metadata?: Record<string, unknown> } } | undefined
  const items = (order.items ?? []).filter((line) => line.product_id).map(toItem)
  if (items.length === 0) return undefined
  return {
    ...who({ ...order, metadata: order.metadata?.personalization ? order.metadata : cart?.cart?.metadata }),
    ...stamp(`purchase:${order.id}`, time(order.created_at)),
    type: "purchase",
    items: items.slice(0, 200),
    value: order.total === undefined ? undefined : Number(order.total),
    currency: order.currency_code?.toUpperCase(),
    properties: { order_id: order.id },
  }
}

/**
 * `refund` of what came back with a return, once all of it has: Medusa reports every partial receipt as well,
 * and only the last one knows the quantities and has a time that stays the same.
 */
export async function returnFact(
  query: RemoteQueryFunction,
  orderId: string,
  returnId: string
): Promise<Fact | undefined> {
  const { data } = await query.graph({
    entity: "return",
    fields: ["id", "received_at", "items.item_id", "items.received_quantity"],
    filters: { id: returnId },
  })
  const returned = data[0] as unknown as
    | {
        id: string
        received_at?: string | Date | null
        items?: { item_id: string; received_quantity?: number }[]
      }
    | undefined
  if (!returned?.received_at) return undefined
  const purchase = await orderFact(query, orderId)
  if (!purchase) return undefined
  const { data: orders } = await query.graph({
    entity: "order",
    fields: ["items.*"],
    filters: { id: orderId },
  })
  const lines = ((orders[0] as unknown as { items?: LineRow[] })?.items ?? []) as LineRow[]
  const items = (returned.items ?? []).flatMap(({ item_id, received_quantity }) => {
    const line = lines.find((candidate) => candidate.id === item_id)
    const quantity = Number(received_quantity ?? 0)
    return line?.product_id && quantity > 0 ? [{ ...toItem(line), quantity }] : []
  })
  if (items.length === 0) return undefined
  const mark = stamp(`refund:${returned.id}`, time(returned.received_at))
  return { ...purchase, ...mark, type: "refund", items, value: undefined }
}
