import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../services/lib"
import { ruleInputSchema } from "../../../../../services/ranking"
import { edge } from "../../../../_lib/edge"
import { serviceOf } from "../../../../_lib/service"
import { ruleIdSchema } from "../../_lib/validators"
import type { DeletedResponse, RuleResponse } from "../../types"

export const GET = edge(async (req, res: MedusaResponse<RuleResponse>) => {
  const { id } = parse(ruleIdSchema, { ...req.query, id: req.params.id })
  res.json({ rule: await serviceOf(req).engine.steering.rule(id) })
})

/** Puts the whole rule anew. */
export const POST = edge(async (req, res: MedusaResponse<RuleResponse>) => {
  const { id } = parse(ruleIdSchema, { id: req.params.id })
  const rule = parse(ruleInputSchema, req.body ?? {})
  res.json({ rule: await serviceOf(req).engine.steering.changeRule(id, rule) })
})

export const DELETE = edge(async (req, res: MedusaResponse<DeletedResponse>) => {
  const { id } = parse(ruleIdSchema, { ...req.query, id: req.params.id })
  await serviceOf(req).engine.steering.removeRule(id)
  res.json({ id, deleted: true })
})
