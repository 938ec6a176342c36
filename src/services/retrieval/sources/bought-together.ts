import type { Candidate, CandidateSource } from "../candidate-source"

/** Older lines of a very full cart say little of what is missing, and each seed costs a look-up. */
const MAX_SEEDS = 10

/** What stands in the same orders as the page's product or the cart's; names the seed that speaks for it most. */
export const boughtTogether: CandidateSource = {
  name: "bought-together",
  reason: "bought_together",
  budgetMs: 30,
  retrieve: ({ seeds, limit }, { ask }) => {
    const best = new Map<string, Candidate & { strongest: number }>()
    for (const seed of seeds.slice(-MAX_SEEDS)) {
      for (const { id, score } of ask("bought-together", { seeds: [seed] }, limit)) {
        const known = best.get(id)
        if (!known) best.set(id, { id, score, because: seed, strongest: score })
        else {
          known.score += score
          if (score > known.strongest) {
            known.strongest = score
            known.because = seed
          }
        }
      }
    }
    return [...best.values()]
      .sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1))
      .slice(0, limit)
      .map(({ id, score, because }) => ({ id, score, because }))
  },
}
