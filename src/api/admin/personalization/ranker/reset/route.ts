import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../services/lib"
import { edge } from "../../../../_lib/edge"
import { serviceOf } from "../../../../_lib/service"
import { shapeRanker } from "../../_lib/shape"
import { resetRankerSchema } from "../../_lib/validators"
import type { RankerResponse } from "../../types"

/** Forgets what was learned since the last training, or everything. */
export const POST = edge(async (req, res: MedusaResponse<RankerResponse>) => {
  const { whole } = parse(resetRankerSchema, req.body ?? {})
  res.json({ ranker: shapeRanker(await serviceOf(req).engine.ranker.reset(whole)) })
})
