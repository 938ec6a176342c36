import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { previewRequest } from "../_lib/preview-request"
import { previewSchema } from "../_lib/validators"
import type { PreviewResponse } from "../types"

/** The list that a shopper, or anybody in a situation, would get, and every candidate's way to it. Nothing is stored. */
export const POST = edge(async (req, res: MedusaResponse<PreviewResponse>) => {
  const asked = parse(previewSchema, req.body ?? {})
  const service = serviceOf(req)
  // What the shopper has agreed to holds here, too.
  const consent = await service.consentOf({ visitorId: asked.visitor_id, customerId: asked.customer_id })
  res.json(await service.engine.steering.preview(previewRequest(asked, consent, Date.now()), asked.draft))
})
