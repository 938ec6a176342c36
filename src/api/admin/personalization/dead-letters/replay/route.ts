import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../services/lib"
import { edge } from "../../../../_lib/edge"
import { serviceOf } from "../../../../_lib/service"
import { deadLetterIdsSchema } from "../../_lib/validators"
import type { DeadLettersReplayedResponse } from "../../types"

/** Hands each letter to its group again: what is handled now is gone, what fails again stays and says why. */
export const POST = edge(async (req, res: MedusaResponse<DeadLettersReplayedResponse>) => {
  const { ids } = parse(deadLetterIdsSchema, req.body ?? {})
  res.json(await serviceOf(req).engine.deadLetters.replay(ids))
})
