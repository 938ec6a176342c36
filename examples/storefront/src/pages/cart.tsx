import { useTrack } from "@medusa-personalization/storefront/react"
import { useEffect } from "react"
import { Link } from "react-router-dom"
import { RecommendedRow } from "../components/recommended-row"
import { useShop } from "../shop/context"
import { money } from "../shop/price"

export function CartPage() {
  const { cart, cartReady, setQuantity } = useShop()
  const track = useTrack()
  const items = cart?.items ?? []
  const cartId = cart?.id

  useEffect(() => {
    if (cartId) track.view_cart({})
  }, [track, cartId])

  return (
    <main className="page" id="content" data-mp-page="cart">
      <h1>Your cart</h1>
      {!items.length ? (
        <p className="muted">{cartReady ? "Your cart is empty." : "Loading…"}</p>
      ) : (
        <div className="cart">
          <ul className="lines">
            {items.map((item) => (
              <li key={item.id} className="line">
                {item.thumbnail && <img src={item.thumbnail} alt="" width="96" height="96" />}
                <div className="line__text">
                  <Link to={`/products/${item.product_handle}`}>{item.product_title}</Link>
                  <span className="muted">{item.variant_title}</span>
                </div>
                <div className="stepper">
                  <button
                    aria-label={`One less: ${item.product_title}`}
                    onClick={() => setQuantity(item.id, item.quantity - 1)}
                  >
                    −
                  </button>
                  <span aria-label="Quantity">{item.quantity}</span>
                  <button
                    aria-label={`One more: ${item.product_title}`}
                    onClick={() => setQuantity(item.id, item.quantity + 1)}
                  >
                    +
                  </button>
                </div>
                <span className="line__price">
                  {money(item.unit_price * item.quantity, cart!.currency_code)}
                </span>
              </li>
            ))}
          </ul>
          <aside className="summary">
            <p className="summary__row">
              <span>Items</span>
              <strong>{money(cart!.item_subtotal, cart!.currency_code)}</strong>
            </p>
            <p className="muted">Tax and delivery are added at the checkout.</p>
            <Link className="button" to="/checkout">
              Check out
            </Link>
          </aside>
        </div>
      )}
      {cartReady &&
        (items.length ? (
          <RecommendedRow
            key={items.map(({ product_id }) => product_id).join()}
            placement="cart-complete"
            cartId={cartId}
          />
        ) : (
          <RecommendedRow placement="home-for-you" />
        ))}
    </main>
  )
}
