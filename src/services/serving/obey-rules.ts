import type { ListRules, Ranked } from "../ranking"
import type { ListInput, ListTools } from "./build-list"
import type { Show } from "./filters"

/** What the shopper is told of a product that a merchant has pinned. */
const FEATURED = "featured"

/** The merchant's rules that hold for a list. @param listing the shop has made the list, it is only put in order */
export function rulesOf(
  { placement, request, profile, knowledge }: ListInput,
  listing: boolean,
  { rules, trace }: Pick<ListTools, "rules" | "trace">
): ListRules | undefined {
  const held = rules?.active(
    {
      placement: placement.name,
      catalog: knowledge.catalog,
      shopper: profile.shopper,
      context: request.context,
      listing,
    },
    trace && ((id, rule, effect) => trace.touched(id, rule, effect))
  )
  trace?.held(held?.rules ?? [])
  return held
}

/** What may be shown, less what rules keep out. */
export function obeying(rules: ListRules | undefined, show: Show, { trace }: Pick<ListTools, "trace">): Show {
  if (!rules) return show
  return (id) => {
    const card = show(id)
    const against = card && rules.refusalOf(id)
    if (!against) return card
    trace?.refused(id, "rule", against)
    return undefined
  }
}

export const asFeatured = (item: Ranked): Ranked => ({ ...item, reason: FEATURED })
