import type { RankFeature } from "../rank-feature"

/** Whether the shopper has dealt with the product before: 1 in this session, half of it earlier. */
export const seen: RankFeature = {
  name: "seen",
  share: 0,
  prepare: ({ shopper: { recent, session } }) => {
    if (recent.length === 0 && session.length === 0) return undefined
    const values = new Map<string, number>()
    for (const { productId } of recent) values.set(productId, 0.5)
    for (const id of session) values.set(id, 1)
    return (_, id) => values.get(id) ?? 0
  },
}
