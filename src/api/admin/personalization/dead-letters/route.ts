import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../services/lib"
import { edge } from "../../../_lib/edge"
import { serviceOf } from "../../../_lib/service"
import { shapeDeadLetter } from "../_lib/shape"
import { deadLettersSchema } from "../_lib/validators"
import type { DeadLettersResponse } from "../types"

/** Events that no handler could bear, and events that were refused (`group=ingest`), newest first. */
export const GET = edge(async (req, res: MedusaResponse<DeadLettersResponse>) => {
  const letters = await serviceOf(req).engine.deadLetters.list(parse(deadLettersSchema, req.query))
  res.json({ dead_letters: letters.map(shapeDeadLetter) })
})
