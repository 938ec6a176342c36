import { z } from "zod"
import type { RuleType } from "../rule-type.port"
import { boost } from "./boost"
import { bury } from "./bury"
import { cap } from "./cap"
import { filter } from "./filter"
import { hide } from "./hide"
import { pin } from "./pin"
import { weight } from "./weight"

/** Everything a rule can do. Those that change scores do so in this order: what is weighed first can still be boosted. */
const TYPES = [hide, filter, weight, boost, bury, cap, pin] as const

export const RULE_TYPES: readonly RuleType[] = TYPES

type SchemasOf<Types extends readonly { schema: z.ZodType }[]> = { [I in keyof Types]: Types[I]["schema"] }

export const actionSchema = z.discriminatedUnion(
  "type",
  TYPES.map(({ schema }) => schema) as unknown as SchemasOf<typeof TYPES>
)

export type RuleAction = z.output<typeof actionSchema>
