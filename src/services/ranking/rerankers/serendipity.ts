import { z } from "zod"
import { likeness, lookOf } from "../likeness"
import type { Ranked } from "../ranker.port"
import type { Reranker } from "../reranker.port"

const WINDOW = 4
/** Products that say what the shopper expects: the newest. */
const KNOWN = 20

/**
 * Gives a share of the slots, spread over the list, to what fits and is not expected: the greatest score · (1 − likeness
 * to the most alike product that the shopper has dealt with) outside the list (relevance times unexpectedness, as in
 * Kaminskas & Bridge, TiiS 2016). The setting is the share, 0–1. Of a shopper of whom nothing is known nothing is
 * unexpected: the list stays.
 */
export const serendipity: Reranker = {
  name: "serendipity",
  window: WINDOW,
  setting: z.number().min(0).max(1),
  rerank: (input) => {
    const { items, ranked, limit, setting, shopper, seeds } = input
    const list = items.slice(0, limit)
    const recent = [...shopper.recent.map(({ productId }) => productId), ...shopper.session, ...seeds]
    const known = [...new Set(recent.reverse())].slice(0, KNOWN).map((id) => lookOf(id, input))
    const held = new Set(list.map(({ id }) => id))
    const rest = ranked.slice(0, limit * WINDOW).filter(({ id }) => !held.has(id))
    const slots = Math.min(Math.round(setting * list.length), rest.length)
    if (slots === 0 || known.length === 0) return list
    const surprises = rest
      .map((item) => {
        const look = lookOf(item.id, input)
        return { item, value: item.score * (1 - Math.max(...known.map((one) => likeness(look, one)))) }
      })
      .filter(({ value }) => value > 0)
      .sort((a, b) => b.value - a.value)
      .slice(0, slots)
    return spread(
      list,
      surprises.map(({ item }) => item)
    )
  },
}

/** Puts the guests at even distances, the last one into the last slot; what they push out is the list's end. */
function spread(list: readonly Ranked[], guests: readonly Ranked[]): Ranked[] {
  const length = list.length
  const hosts = list.slice(0, length - guests.length)
  const all: Ranked[] = []
  for (let slot = 0, guest = 0; slot < length; slot++) {
    const due = Math.floor(((slot + 1) * guests.length) / length)
    all.push(guest < due ? guests[guest++] : hosts[slot - guest])
  }
  return all
}
