import { parse } from "../lib"
import { ruleSchema, type Rule } from "../ranking"

/** A rule in short: everything but its action has a default. */
export const rule = (id: string, action: object, rest: object = {}): Rule =>
  parse(ruleSchema, { id, name: id, action, ...rest })
