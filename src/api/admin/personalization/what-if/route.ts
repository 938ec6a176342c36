import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { whatIfSchema } from "../_lib/validators"
import type { WhatIfResponse } from "../types"

/** What a draft would have changed in the newest recorded lists. */
export const POST = edge(async (req, res: MedusaResponse<WhatIfResponse>) => {
  const asked = parse(whatIfSchema, req.body ?? {})
  const service = serviceOf(req)
  res.json(await service.engine.steering.whatIf(asked, (who) => service.consentOf(who)))
})
