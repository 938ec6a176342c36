import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../../services/lib"
import { edge } from "../../../../../_lib/edge"
import { serviceOf } from "../../../../../_lib/service"
import { recommendedWithSchema } from "../../../_lib/validators"
import type { RecommendedWithResponse } from "../../../types"

/** What shoppers who look at this product are recommended, with score and reason. */
export const GET = edge(async (req, res: MedusaResponse<RecommendedWithResponse>) => {
  const { limit } = parse(recommendedWithSchema, req.query)
  res.json({ items: await serviceOf(req).recommendedWith(req.params.id, limit) })
})
