import { z } from "zod"
import type { RuleType } from "../rule-type.port"

const schema = z.strictObject({
  type: z.literal("bury"),
  factor: z.number().min(0).lt(1, "must be below 1; boost raises"),
})

/** Multiplies the scores of products by less than 1: they stand lower, and are still shown where nothing better is. */
export const bury: RuleType<z.output<typeof schema>> & { schema: typeof schema } = {
  type: "bury",
  schema,
  needsProducts: true,
  direction: "down",
  rescore: ({ factor }, { scores }, matches) => {
    for (let place = 0; place < scores.length; place++) if (matches(place)) scores[place] *= factor
  },
}
