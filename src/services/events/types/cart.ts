import { ANYONE, type EventType } from "./event-type"

/** Intent: cart, wish list, checkout. In a Medusa store the cart's own events bring add and remove. */
export const CART: readonly EventType[] = [
  { name: "add_to_cart", aliases: ["Product Added"], origins: ANYONE, needs: ["items"] },
  { name: "remove_from_cart", aliases: ["Product Removed"], origins: ANYONE, needs: ["items"] },
  { name: "add_to_wishlist", aliases: ["Product Added to Wishlist"], origins: ANYONE, needs: ["items"] },
  { name: "view_cart", aliases: ["Cart Viewed"], origins: ANYONE },
  { name: "begin_checkout", aliases: ["Checkout Started"], origins: ANYONE },
]
