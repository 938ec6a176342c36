import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { shapeRanker } from "../_lib/shape"
import { nothingSchema } from "../_lib/validators"
import type { RankerResponse } from "../types"

/** What was learned of the order within lists. */
export const GET = edge(async (req, res: MedusaResponse<RankerResponse>) => {
  parse(nothingSchema, req.query)
  res.json({ ranker: shapeRanker(await serviceOf(req).engine.ranker.report()) })
})
