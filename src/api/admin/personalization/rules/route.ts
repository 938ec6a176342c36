import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { ruleInputSchema } from "../../../../services/ranking"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { nothingSchema } from "../_lib/validators"
import type { RuleResponse, RulesResponse } from "../types"

/** All rules, by id. */
export const GET = edge(async (req, res: MedusaResponse<RulesResponse>) => {
  parse(nothingSchema, req.query)
  res.json({ rules: await serviceOf(req).engine.steering.rules() })
})

export const POST = edge(async (req, res: MedusaResponse<RuleResponse>) => {
  const rule = parse(ruleInputSchema, req.body ?? {})
  res.status(201).json({ rule: await serviceOf(req).engine.steering.addRule(rule) })
})
