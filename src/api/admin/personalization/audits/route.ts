import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { trendOf } from "../../../../services/measurement"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { auditsSchema } from "../_lib/validators"
import type { AuditsResponse } from "../types"

/** What the lists of the last days were like, and which bounds they crossed. */
export const GET = edge(async (req, res: MedusaResponse<AuditsResponse>) => {
  const { days } = parse(auditsSchema, req.query)
  const audits = await serviceOf(req).engine.audits.list(days)
  res.json({ audits, trend: trendOf(audits) })
})
