import { z } from "zod"
import type { RuleType } from "../rule-type.port"

const schema = z.strictObject({
  type: z.literal("boost"),
  factor: z.number().gt(1, "must be above 1; bury lowers").max(100),
})

/** Multiplies the scores of products; several boosts multiply. */
export const boost: RuleType<z.output<typeof schema>> & { schema: typeof schema } = {
  type: "boost",
  schema,
  needsProducts: true,
  direction: "up",
  rescore: ({ factor }, { scores }, matches) => {
    for (let place = 0; place < scores.length; place++) if (matches(place)) scores[place] *= factor
  },
}
