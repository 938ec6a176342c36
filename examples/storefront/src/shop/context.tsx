import { RecommendationsProvider } from "@medusa-personalization/storefront/react"
import { createContext, useContext, useMemo, type ReactNode } from "react"
import type { Shop } from "./open-shop"
import { useCartState, type CartState } from "./use-cart"
import { useCustomerState, type CustomerState } from "./use-customer"

type Everything = Shop & CartState & CustomerState

const Context = createContext<Everything | undefined>(undefined)

/** Gives the shop, the cart and the customer to all pages. */
export function ShopProvider({ shop, children }: { shop: Shop; children: ReactNode }) {
  const cart = useCartState(shop)
  const customer = useCustomerState(shop, cart)
  const everything = useMemo(() => ({ ...shop, ...cart, ...customer }), [shop, cart, customer])
  return (
    <RecommendationsProvider client={shop.personalization}>
      <Context.Provider value={everything}>{children}</Context.Provider>
    </RecommendationsProvider>
  )
}

export function useShop(): Everything {
  const shop = useContext(Context)
  if (!shop) throw new Error("useShop needs a ShopProvider above it")
  return shop
}
