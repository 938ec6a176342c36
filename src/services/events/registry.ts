import { BROWSING } from "./types/browsing"
import { CART } from "./types/cart"
import { IDENTITY } from "./types/identity"
import { ORDER } from "./types/order"
import { RECOMMENDATION } from "./types/recommendation"
import type { EventType } from "./types/event-type"

/** Every event type the engine understands. A new one is a line in its group. */
export const EVENT_TYPES: readonly EventType[] = [
  ...BROWSING,
  ...CART,
  ...ORDER,
  ...RECOMMENDATION,
  ...IDENTITY,
]

const BY_NAME = new Map<string, EventType>()
for (const type of EVENT_TYPES) {
  for (const name of [type.name, ...(type.aliases ?? [])]) BY_NAME.set(name, type)
}

/** The type of this name or alias. */
export const eventType = (name: string): EventType | undefined => BY_NAME.get(name)
