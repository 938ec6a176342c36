import { z } from "zod"
import type { RuleType } from "../rule-type.port"

const schema = z.strictObject({
  type: z.literal("pin"),
  /** From 1 on. */
  slots: z.array(z.number().int().min(1).max(200)).min(1, "must name at least one slot").max(200),
})

/**
 * Puts products in fixed slots: those that the rule names, in its order, else the best of those that the list could show.
 * One that may not be shown is skipped, and the next one takes its slot.
 */
export const pin: RuleType<z.output<typeof schema>> & { schema: typeof schema } = {
  type: "pin",
  schema,
  needsProducts: true,
  slots: ({ slots }) => slots,
}
