import { z } from "zod"
import type { RuleType } from "../rule-type.port"

const schema = z.strictObject({ type: z.literal("filter") })

/** Keeps all other products out of a list. A listing is the shop's own choice: there it does nothing. */
export const filter: RuleType<z.output<typeof schema>> & { schema: typeof schema } = {
  type: "filter",
  schema,
  needsProducts: true,
  refuses: (_, matches, listing) => !matches && !listing,
}
