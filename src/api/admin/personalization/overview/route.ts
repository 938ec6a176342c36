import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { nothingSchema } from "../_lib/validators"
import type { OverviewResponse } from "../types"

/** What the admin's overview shows: set-up, events, live model, index and queue. */
export const GET = edge(async (req, res: MedusaResponse<OverviewResponse>) => {
  parse(nothingSchema, req.query)
  res.json(await serviceOf(req).overview())
})
