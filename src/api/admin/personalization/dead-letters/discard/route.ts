import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../services/lib"
import { edge } from "../../../../_lib/edge"
import { serviceOf } from "../../../../_lib/service"
import { deadLetterIdsSchema } from "../../_lib/validators"
import type { DeadLettersDiscardedResponse } from "../../types"

/** Throws letters away. */
export const POST = edge(async (req, res: MedusaResponse<DeadLettersDiscardedResponse>) => {
  const { ids } = parse(deadLetterIdsSchema, req.body ?? {})
  res.json({ discarded: await serviceOf(req).engine.deadLetters.discard(ids) })
})
