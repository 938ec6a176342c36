import type { CandidateSource } from "../candidate-source"
import { isDue } from "../repurchase"

/**
 * What the shopper bought and is due again, likeliest first; what the model does not know comes last, that bought longest
 * ago first.
 */
export const buyAgain: CandidateSource = {
  name: "buy-again",
  reason: "buy_again",
  budgetMs: 10,
  retrieve: ({ shopper, context: { now }, limit }, { catalog, ask, repeatDays }) => {
    const due = shopper.recent.filter(({ productId, type, ts }) => {
      const product = type === "purchase" ? catalog.get(productId) : undefined
      return product && isDue(product, repeatDays(productId), ts, now)
    })
    if (due.length === 0) return []
    const ids = due.map(({ productId }) => productId)
    const at = due.map(({ ts }) => ts / 1000)
    const scores = new Map(
      ask("buy-again", { purchases: { ids, at }, context: { now } }, ids.length).map(({ id, score }) => [
        id,
        score,
      ])
    )
    // Oldest first already, and sorting keeps that.
    return ids
      .map((id) => ({ id, score: scores.get(id) ?? 0 }))
      .sort((a, b) => b.score - a.score)
      .slice(0, limit)
  },
}
