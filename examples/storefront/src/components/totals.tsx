import type { HttpTypes } from "@medusajs/types"
import { money } from "../shop/price"

type Sums = Pick<
  HttpTypes.StoreCart,
  "currency_code" | "item_subtotal" | "shipping_subtotal" | "tax_total" | "total"
>

/** What a cart or an order comes to: the sums as Medusa has them, before and after tax. */
export function Totals({ of: { currency_code, ...sums } }: { of: Sums }) {
  const rows = [
    ["Items", sums.item_subtotal],
    ["Delivery", sums.shipping_subtotal],
    ["Tax", sums.tax_total],
    ["Total", sums.total],
  ] as const
  return (
    <dl className="totals">
      {rows.map(([name, amount]) => (
        <div key={name} className="summary__row">
          <dt>{name}</dt>
          <dd>{money(amount ?? 0, currency_code)}</dd>
        </div>
      ))}
    </dl>
  )
}
