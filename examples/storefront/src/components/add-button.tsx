import type { LineItemMetadata } from "@medusa-personalization/storefront"
import { useState } from "react"
import { useShop } from "../shop/context"

interface AddButtonProps {
  /** Undefined while the shopper has not chosen all options. */
  variantId: string | undefined
  title: string
  /** Which recommendation the product comes from, if any; asked for when the button is pressed. */
  metadata: () => Partial<LineItemMetadata>
  disabled?: boolean
  /** A small round button on a card. */
  compact?: boolean
}

export function AddButton({ variantId, title, metadata, disabled, compact }: AddButtonProps) {
  const { addToCart } = useShop()
  const [state, setState] = useState<"idle" | "busy" | "done" | "failed">("idle")
  const add = async () => {
    setState("busy")
    try {
      await addToCart(variantId!, metadata())
      setState("done")
    } catch {
      setState("failed")
    }
  }
  const words = { idle: "Add to cart", busy: "Adding…", done: "Added", failed: "Not added — try again" }[
    state
  ]
  return (
    <button
      type="button"
      className={compact ? "add-small" : "button"}
      aria-label={compact ? `${words}: ${title}` : undefined}
      title={compact ? `${words}: ${title}` : undefined}
      disabled={disabled || !variantId || state === "busy"}
      onClick={add}
    >
      {compact ? (state === "done" ? "✓" : "+") : words}
      <span className="visually-hidden" role="status">
        {state === "done" ? `${title} is in your cart` : ""}
      </span>
    </button>
  )
}
