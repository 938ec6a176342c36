import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { liveOf, trialOf } from "../_lib/shape"
import { nothingSchema } from "../_lib/validators"
import type { ModelsResponse } from "../types"

/** All kept model versions, newest first, and the one that serves, and the one that is tried out. */
export const GET = edge(async (req, res: MedusaResponse<ModelsResponse>) => {
  parse(nothingSchema, req.query)
  const versions = [...(await serviceOf(req).versions())]
  res.json({ versions, live: liveOf(versions), trial: trialOf(versions) })
})
