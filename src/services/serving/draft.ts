import { z } from "zod"
import { parse } from "../lib"
import { ruleDraftSchema, RuleSet, type Rule } from "../ranking"
import { placementSchema } from "./placement-book"
import type { Placement } from "./placement"

/** A configuration to be tried out: what differs from the present one. */
export const draftSchema = z.strictObject({
  /** Each stands in the place of the kept rule of its id, or beside the others. */
  rules: z.array(ruleDraftSchema).max(200).default([]),
  /** Ids of kept rules that are left out. */
  without: z.array(z.string().max(64)).max(1_000).default([]),
  /** Placement → what of it differs, e.g. `{ "home-for-you": { "rerank": { "mmr": 0.3 } } }`. */
  placements: z.record(z.string().max(64), z.record(z.string().max(64), z.unknown())).default({}),
})

export type Draft = z.output<typeof draftSchema>

/** The rules as they would be. */
export function rulesOfDraft({ rules, without }: Draft, kept: readonly Rule[]): RuleSet {
  const drafts = rules.map((rule, place): Rule => ({ ...rule, id: rule.id ?? `draft-${place + 1}` }))
  const replaced = new Set([...without, ...drafts.map(({ id }) => id)])
  return new RuleSet([...kept.filter(({ id }) => !replaced.has(id)), ...drafts])
}

/**
 * The placement as it would be.
 * @throws PersonalizationError `invalid_input` that names the field, e.g. `placements.home-for-you.sources.best`
 */
export function placementOfDraft({ placements }: Draft, placement: Placement): Placement {
  const { name } = placement
  if (!Object.hasOwn(placements, name)) return placement
  return parse(placementSchema, { ...placement, ...placements[name], name }, `draft.placements.${name}`)
}
