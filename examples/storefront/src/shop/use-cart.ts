import type { LineItemMetadata } from "@medusa-personalization/storefront"
import type { HttpTypes } from "@medusajs/types"
import { useEffect, useMemo, useRef, useState } from "react"
import type { Shop } from "./open-shop"

const KEY = "shop.cart"
const FIELDS = { fields: "*items,*items.variant,*shipping_methods,*payment_collection.payment_sessions" }

export interface CartState {
  /** Undefined until something is added. */
  cart: HttpTypes.StoreCart | undefined
  /** False until a cart of an earlier visit has been fetched, or found gone. */
  cartReady: boolean
  addToCart(variantId: string, metadata: Partial<LineItemMetadata>): Promise<void>
  /** Zero removes the line. */
  setQuantity(lineId: string, quantity: number): Promise<void>
  /** Adopts what a checkout step answered. */
  setCart(cart: HttpTypes.StoreCart | undefined): void
  /** The open cart goes over to the customer who just logged in. */
  transferCart(): Promise<void>
}

/** The shopper's Medusa cart. Its metadata names the visitor, so that the server can tie cart and order events to them. */
export function useCartState({ sdk, region, personalization }: Shop): CartState {
  const [cart, setState] = useState<HttpTypes.StoreCart>()
  const [cartReady, setReady] = useState(() => !localStorage.getItem(KEY))
  const latest = useRef<HttpTypes.StoreCart>()

  const actions = useMemo(() => {
    const setCart = (next: HttpTypes.StoreCart | undefined) => {
      latest.current = next
      if (next) localStorage.setItem(KEY, next.id)
      else localStorage.removeItem(KEY)
      setState(next)
    }
    const metadata = () => ({ ...personalization.cartMetadata() })
    const open = async () => {
      if (latest.current) return latest.current
      return (await sdk.store.cart.create({ region_id: region.id, metadata: metadata() }, FIELDS)).cart
    }
    /** Brings visitor, session and consent on the cart up to date. */
    const refreshMetadata = async () => {
      const cart = latest.current
      if (
        !cart ||
        JSON.stringify(cart.metadata?.personalization) === JSON.stringify(metadata().personalization)
      )
        return
      setCart((await sdk.store.cart.update(cart.id, { metadata: metadata() }, FIELDS)).cart)
    }
    return {
      setCart,
      refreshMetadata,
      async addToCart(variant_id: string, metadata: Partial<LineItemMetadata>) {
        await refreshMetadata()
        const { id } = await open()
        setCart((await sdk.store.cart.createLineItem(id, { variant_id, quantity: 1, metadata }, FIELDS)).cart)
      },
      async setQuantity(lineId: string, quantity: number) {
        const { id } = latest.current!
        if (quantity > 0)
          setCart((await sdk.store.cart.updateLineItem(id, lineId, { quantity }, FIELDS)).cart)
        else {
          await sdk.store.cart.deleteLineItem(id, lineId)
          setCart((await sdk.store.cart.retrieve(id, FIELDS)).cart)
        }
      },
      async transferCart() {
        await refreshMetadata()
        if (latest.current) setCart((await sdk.store.cart.transferCart(latest.current.id, FIELDS)).cart)
      },
    }
  }, [sdk, region, personalization])

  useEffect(() => {
    const id = localStorage.getItem(KEY)
    if (!id) return
    sdk.store.cart
      .retrieve(id, FIELDS)
      .then(({ cart }) => actions.setCart("completed_at" in cart && cart.completed_at ? undefined : cart))
      .catch(() => actions.setCart(undefined))
      .finally(() => setReady(true))
  }, [sdk, actions])

  useEffect(
    () => personalization.consent.subscribe(() => void actions.refreshMetadata().catch(() => undefined)),
    [personalization, actions]
  )

  return useMemo(() => ({ cart, cartReady, ...actions }), [cart, cartReady, actions])
}
