import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../services/lib"
import { edge } from "../../../../_lib/edge"
import { serviceOf } from "../../../../_lib/service"
import { liveOf } from "../../_lib/shape"
import { rollbackSchema } from "../../_lib/validators"
import type { RollbackResponse } from "../../types"

/** Makes a kept version live again: the named one, or the one that was live before. */
export const POST = edge(async (req, res: MedusaResponse<RollbackResponse>) => {
  const { version } = parse(rollbackSchema, req.body ?? {})
  const service = serviceOf(req)
  await service.rollback(version)
  res.json({ live: liveOf(await service.versions()) })
})
