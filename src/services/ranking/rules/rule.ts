import { z } from "zod"
import { conditionsSchema } from "./conditions"
import { selectorSchema } from "./selector"
import { actionSchema, RULE_TYPES } from "./types/registry"

const moment = z.iso
  .datetime({ offset: true, error: "must be an ISO time with its zone, e.g. 2026-11-27T00:00:00Z" })
  .optional()

const fields = z.strictObject({
  name: z.string().min(1).max(200),
  /** Names of placements; empty: all. */
  placements: z.array(z.string().min(1).max(64)).max(100).default([]),
  /** Empty: always. */
  when: conditionsSchema.default({}),
  /** Empty: all products. */
  what: selectorSchema.default({}),
  action: actionSchema,
  /** Where two rules disagree, the higher one is right; at the same priority the one that shows less. */
  priority: z.number().int().min(-1_000).max(1_000).default(0),
  from: moment,
  until: moment,
  enabled: z.boolean().default(true),
})

/** What no field can say alone. */
function checkWhole({ what, action, from, until }: z.output<typeof fields>, context: z.RefinementCtx): void {
  const type = RULE_TYPES.find((one) => one.type === action.type)
  const wrong = (path: string, message: string) => context.addIssue({ code: "custom", path: [path], message })
  if (type?.needsProducts && Object.keys(what).length === 0)
    wrong("what", `must say which products to ${action.type}`)
  if (from && until && Date.parse(from) >= Date.parse(until)) wrong("until", "must be later than from")
}

/** A rule as a merchant writes it. */
export const ruleInputSchema = fields.superRefine(checkWhole)

/** A rule to be tried out; with the id of one that is kept it stands in its place. */
export const ruleDraftSchema = fields
  .extend({ id: z.string().min(1).max(64).optional() })
  .superRefine(checkWhole)

/** A rule as it is kept. */
export const ruleSchema = fields.extend({ id: z.string().min(1).max(64) }).superRefine(checkWhole)

/** What a merchant wants of lists, in which situation, of which products. */
export type RuleInput = z.output<typeof ruleInputSchema>
export type Rule = z.output<typeof ruleSchema>
