import type { MedusaResponse } from "@medusajs/framework/http"
import { parse } from "../../../../../services/lib"
import { placementSchema } from "../../../../../services/serving"
import { edge } from "../../../../_lib/edge"
import { serviceOf } from "../../../../_lib/service"
import { nothingSchema } from "../../_lib/validators"
import type { PlacementRemovedResponse, PlacementResponse } from "../../types"

/** Puts the whole placement: over a shipped one, or as one of the shop's own. */
export const POST = edge(async (req, res: MedusaResponse<PlacementResponse>) => {
  const placement = parse(placementSchema, { ...Object(req.body), name: req.params.name })
  res.json({ placement: await serviceOf(req).engine.steering.putPlacement(placement) })
})

/** Removes the shop's own, and goes back to the shipped one, if there is one of this name. */
export const DELETE = edge(async (req, res: MedusaResponse<PlacementRemovedResponse>) => {
  parse(nothingSchema, req.query)
  const shipped = await serviceOf(req).engine.steering.removePlacement(req.params.name)
  res.json({ name: req.params.name, deleted: true, placement: shipped ?? null })
})
