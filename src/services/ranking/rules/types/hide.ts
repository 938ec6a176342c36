import { z } from "zod"
import type { RuleType } from "../rule-type.port"

const schema = z.strictObject({ type: z.literal("hide") })

/** Keeps products out of a list, also out of a listing and out of what fills a short list up. */
export const hide: RuleType<z.output<typeof schema>> & { schema: typeof schema } = {
  type: "hide",
  schema,
  needsProducts: true,
  refuses: (_, matches) => matches,
}
