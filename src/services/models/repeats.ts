import type { Interactions } from "./training-data"

/** Share of steps within sessions that stay on the same item, from which on such steps are worth predicting. */
const WORTH_PREDICTING = 0.01

/** Resolves the option `recommendLast` against the data. */
export function mayRecommendLast(
  option: "auto" | "always" | "never",
  { item, session }: Interactions
): boolean {
  if (option !== "auto") return option === "always"
  let steps = 0
  let repeats = 0
  for (let row = 1; row < item.length; row++) {
    if (session[row] !== session[row - 1]) continue
    steps++
    if (item[row] === item[row - 1]) repeats++
  }
  return steps > 0 && repeats / steps >= WORTH_PREDICTING
}
