import { useTrack } from "@medusa-personalization/storefront/react"
import type { HttpTypes } from "@medusajs/types"
import { useEffect, useState, type FormEvent } from "react"
import { Link, useNavigate } from "react-router-dom"
import { RecommendedRow } from "../components/recommended-row"
import { Totals } from "../components/totals"
import { useShop } from "../shop/context"
import { money } from "../shop/price"

/** What a step's answer has to bring for the next one. */
const CART = { fields: "*items,*shipping_methods,*payment_collection.payment_sessions" }

/** Two steps: the address, then delivery and payment; the system provider takes the payment as made. */
export function CheckoutPage() {
  const { cart, cartReady } = useShop()
  const track = useTrack()
  const [options, setOptions] = useState<HttpTypes.StoreCartShippingOption[]>()
  const cartId = cart?.id

  useEffect(() => {
    if (cartId) track.begin_checkout({})
  }, [track, cartId])

  return (
    <main className="page" id="content" data-mp-page="checkout">
      <h1>Checkout</h1>
      {!cart?.items?.length ? (
        <p className="muted">
          {cartReady ? "Your cart is empty." : "Loading…"} <Link to="/products">See all products</Link>
        </p>
      ) : (
        <>
          <AddressForm cart={cart} onDone={setOptions} />
          {options && <DeliveryForm cart={cart} options={options} />}
          <RecommendedRow placement="cart-complete" cartId={cart.id} />
        </>
      )}
    </main>
  )
}

function AddressForm({
  cart,
  onDone,
}: {
  cart: HttpTypes.StoreCart
  onDone: (options: HttpTypes.StoreCartShippingOption[]) => void
}) {
  const { sdk, region, customer, setCart } = useShop()
  const { busy, error, run } = useStep()
  const countries = region.countries ?? []

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const { email, ...address } = Object.fromEntries(new FormData(event.currentTarget)) as Record<
      string,
      string
    >
    run(async () => {
      const body = { email, shipping_address: address, billing_address: address }
      setCart((await sdk.store.cart.update(cart.id, body, CART)).cart)
      onDone((await sdk.store.fulfillment.listCartOptions({ cart_id: cart.id })).shipping_options)
    })
  }
  const known = cart.shipping_address
  return (
    <form className="form" onSubmit={submit}>
      <h2>Where to</h2>
      <Field
        name="email"
        label="E-mail"
        type="email"
        autoComplete="email"
        value={cart.email ?? customer?.email}
        wide
      />
      <Field
        name="first_name"
        label="First name"
        autoComplete="given-name"
        value={known?.first_name ?? customer?.first_name}
      />
      <Field
        name="last_name"
        label="Last name"
        autoComplete="family-name"
        value={known?.last_name ?? customer?.last_name}
      />
      <Field
        name="address_1"
        label="Street and number"
        autoComplete="address-line1"
        value={known?.address_1}
        wide
      />
      <Field name="postal_code" label="Postal code" autoComplete="postal-code" value={known?.postal_code} />
      <Field name="city" label="City" autoComplete="address-level2" value={known?.city} />
      <label className="field field--wide">
        Country
        <select
          name="country_code"
          autoComplete="country"
          defaultValue={known?.country_code ?? countries[0]?.iso_2}
        >
          {countries.map(({ iso_2, display_name }) => (
            <option key={iso_2} value={iso_2}>
              {display_name}
            </option>
          ))}
        </select>
      </label>
      <button className="button" disabled={busy}>
        Continue to delivery
      </button>
      {error && <p role="alert">{error}</p>}
    </form>
  )
}

function DeliveryForm({
  cart,
  options,
}: {
  cart: HttpTypes.StoreCart
  options: HttpTypes.StoreCartShippingOption[]
}) {
  const { sdk, setCart } = useShop()
  const navigate = useNavigate()
  const { busy, error, run } = useStep()
  const chosen = cart.shipping_methods?.at(-1)?.shipping_option_id

  const choose = (option_id: string) =>
    run(async () => setCart((await sdk.store.cart.addShippingMethod(cart.id, { option_id }, CART)).cart))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run(async () => {
      await sdk.store.payment.initiatePaymentSession(cart, { provider_id: "pp_system_default" })
      const answer = await sdk.store.cart.complete(cart.id)
      if (answer.type === "cart") throw new Error(answer.error.message)
      setCart(undefined)
      navigate(`/orders/${answer.order.id}`, { state: answer.order })
    })
  }
  if (!options.length) return <p role="alert">The store delivers nothing to this address.</p>
  return (
    <form className="form" onSubmit={submit}>
      <h2>Delivery and payment</h2>
      <fieldset className="field field--wide option option--column">
        <legend>Delivery</legend>
        {options.map(({ id, name, amount }) => (
          <label key={id} className="choice">
            <input type="radio" name="delivery" checked={chosen === id} onChange={() => choose(id)} />
            <span>
              {name} — {money(amount ?? 0, cart.currency_code)}
            </span>
          </label>
        ))}
      </fieldset>
      <p className="muted field--wide">Payment: none is taken in this demo.</p>
      <div className="field--wide">
        <Totals of={cart} />
      </div>
      <button className="button" disabled={busy || !chosen}>
        Place order
      </button>
      {error && <p role="alert">{error}</p>}
    </form>
  )
}

interface FieldProps {
  name: string
  label: string
  autoComplete: string
  type?: string
  value?: string | null
  wide?: boolean
}

const Field = ({ label, value, wide, ...input }: FieldProps) => (
  <label className={wide ? "field field--wide" : "field"}>
    {label}
    <input {...input} defaultValue={value ?? ""} required />
  </label>
)

/** One step at a time, with the server's message when it fails. */
function useStep() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const run = (step: () => Promise<void>) => {
    setBusy(true)
    setError(undefined)
    step()
      .catch((failure: unknown) => setError(failure instanceof Error ? failure.message : String(failure)))
      .finally(() => setBusy(false))
  }
  return { busy, error, run }
}
