import type { FetchError } from "@medusajs/js-sdk"
import type { HttpTypes } from "@medusajs/types"
import { useEffect, useMemo, useState } from "react"
import type { Shop } from "./open-shop"
import type { CartState } from "./use-cart"

export interface CustomerState {
  /** Undefined while nobody is logged in. */
  customer: HttpTypes.StoreCustomer | undefined
  /** Throws with a message for the shopper. */
  login(email: string, password: string): Promise<void>
  register(email: string, password: string, name: { first_name: string; last_name: string }): Promise<void>
  logout(): Promise<void>
}

/** Login by e-mail and password. The personalization client is told, so that the visitor's history joins the customer's. */
export function useCustomerState({ sdk, personalization }: Shop, cart: CartState): CustomerState {
  const [customer, setCustomer] = useState<HttpTypes.StoreCustomer>()
  const { transferCart, setCart } = cart

  const actions = useMemo(() => {
    const enter = async () => {
      const { customer } = await sdk.store.customer.retrieve()
      await personalization.login((await sdk.client.getToken()) ?? undefined)
      setCustomer(customer)
    }
    const login = async (email: string, password: string) => {
      await sdk.auth.login("customer", "emailpass", { email, password })
      await enter()
      await transferCart()
    }
    return {
      enter,
      login,
      async register(email: string, password: string, name: { first_name: string; last_name: string }) {
        await sdk.auth.register("customer", "emailpass", { email, password })
        await sdk.store.customer.create({ email, ...name })
        await login(email, password)
      },
      async logout() {
        await sdk.auth.logout()
        await personalization.logout()
        setCart(undefined)
        setCustomer(undefined)
      },
    }
  }, [sdk, personalization, transferCart, setCart])

  useEffect(() => {
    const restore = async () => {
      if (!(await sdk.client.getToken())) return
      // A token of an earlier visit may have expired; then nobody is logged in.
      await actions
        .enter()
        .catch((error: FetchError) => (error.status === 401 ? actions.logout() : undefined))
    }
    void restore()
  }, [sdk, actions])

  const { login, register, logout } = actions
  return useMemo(() => ({ customer, login, register, logout }), [customer, login, register, logout])
}
