import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../services/lib"
import { edge } from "../../../../_lib/edge"
import { serviceOf } from "../../../../_lib/service"
import { conflictsSchema, nothingSchema } from "../../_lib/validators"
import type { ConflictsResponse } from "../../types"

/** Rules that cannot both have their way. */
export const GET = edge(async (req, res: MedusaResponse<ConflictsResponse>) => {
  parse(nothingSchema, req.query)
  res.json({ conflicts: await serviceOf(req).engine.steering.conflicts() })
})

/** The same, with rules that are still to be kept. */
export const POST = edge(async (req, res: MedusaResponse<ConflictsResponse>) => {
  const { draft } = parse(conflictsSchema, req.body ?? {})
  res.json({ conflicts: await serviceOf(req).engine.steering.conflicts(draft) })
})
