import type { TrainingData } from "../models"
import type { Example } from "./dataset.port"

/** Interactions with the target that training has seen, at most, to call it cold. */
const COLD = 5
/** Items asked from: a short question, and a long one. */
const SHORT = 2
const LONG = 6

/** A part of the examples that is reported by itself. */
export interface Segment {
  name: string
  holds(example: Example): boolean
}

/**
 * Segments that a report tells apart: who asks (with or without a history), how much the question says, and how well
 * the target is known. An example of several targets is cold when all of them are.
 */
export function segmentsOf({ interactions }: TrainingData): readonly Segment[] {
  const counts = new Map<string, number>()
  for (const item of interactions.item) {
    const id = interactions.itemIds[item]
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  const length = ({ query }: Example) =>
    (query.session?.length ?? 0) + (query.seeds?.length ?? 0) + (query.history?.length ?? 0)
  const isCold = ({ targets }: Example) => targets.every((id) => (counts.get(id) ?? 0) <= COLD)
  return [
    { name: "new shopper", holds: ({ query }) => !query.history?.length && !query.purchases?.ids.length },
    {
      name: "returning shopper",
      holds: ({ query }) => Boolean(query.history?.length || query.purchases?.ids.length),
    },
    { name: `asked from 1–${SHORT} items`, holds: (example) => length(example) <= SHORT },
    {
      name: `asked from ${SHORT + 1}–${LONG - 1} items`,
      holds: (example) => length(example) > SHORT && length(example) < LONG,
    },
    { name: `asked from ${LONG} items or more`, holds: (example) => length(example) >= LONG },
    { name: `cold target (at most ${COLD} interactions)`, holds: isCold },
    { name: "known target", holds: (example) => !isCold(example) },
  ]
}
