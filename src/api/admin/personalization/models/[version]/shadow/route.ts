import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../../services/lib"
import { edge } from "../../../../../_lib/edge"
import { serviceOf } from "../../../../../_lib/service"
import { shadowSchema } from "../../../_lib/validators"
import type { ShadowResponse } from "../../../types"

/** What a version in shadow would have shown, beside what the live one did. */
export const GET = edge(async (req, res: MedusaResponse<ShadowResponse>) => {
  const { version, limit } = parse(shadowSchema, { ...req.query, version: req.params.version })
  res.json(await serviceOf(req).shadowOf(version, limit))
})
