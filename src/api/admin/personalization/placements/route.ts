import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { nothingSchema } from "../_lib/validators"
import type { PlacementsResponse } from "../types"

/** All placements, with where each comes from. */
export const GET = edge(async (req, res: MedusaResponse<PlacementsResponse>) => {
  parse(nothingSchema, req.query)
  res.json({ placements: await serviceOf(req).engine.steering.placements() })
})
