import type { HttpTypes } from "@medusajs/types"
import { useEffect, useState } from "react"
import { Link, useLocation, useParams } from "react-router-dom"
import { RecommendedRow } from "../components/recommended-row"
import { Totals } from "../components/totals"
import { useShop } from "../shop/context"
import { money } from "../shop/price"

export function OrderPage() {
  const { id } = useParams()
  const { sdk } = useShop()
  const [order, setOrder] = useState<HttpTypes.StoreOrder | null | undefined>(useLocation().state)

  useEffect(() => {
    if (order || !id) return
    sdk.store.order.retrieve(id).then(
      ({ order }) => setOrder(order),
      () => setOrder(null)
    )
  }, [sdk, id, order])

  return (
    <main className="page" id="content" data-mp-page="order">
      <h1>{order ? "Thank you" : order === null ? "No such order" : "Loading…"}</h1>
      {order && (
        <div className="summary">
          <p>
            Order number {order.display_id} is placed; a real Medusa order, as you can see in the admin under
            Orders.
          </p>
          <ul className="lines">
            {(order.items ?? []).map((item) => (
              <li key={item.id} className="line">
                {item.thumbnail && <img src={item.thumbnail} alt="" width="96" height="96" />}
                <div className="line__text">
                  <Link to={`/products/${item.product_handle}`}>{item.product_title}</Link>
                  <span className="muted">{item.variant_title}</span>
                </div>
                <span>{item.quantity} ×</span>
                <span className="line__price">{money(item.unit_price, order.currency_code)}</span>
              </li>
            ))}
          </ul>
          <Totals of={order} />
        </div>
      )}
      <RecommendedRow placement="home-for-you" />
    </main>
  )
}
