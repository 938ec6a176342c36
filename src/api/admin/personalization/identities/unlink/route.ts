import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../services/lib"
import { edge } from "../../../../_lib/edge"
import { serviceOf } from "../../../../_lib/service"
import { unlinkSchema } from "../../_lib/validators"
import type { UnlinkedResponse } from "../../types"

/** Takes back that a visitor is a customer: a shared device, a wrong login. */
export const POST = edge(async (req, res: MedusaResponse<UnlinkedResponse>) => {
  const { visitor_id, customer_id } = parse(unlinkSchema, req.body ?? {})
  res.json({ events: await serviceOf(req).engine.unlink(visitor_id, customer_id) })
})
