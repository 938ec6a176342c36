import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { serviceOf } from "../../../_lib/service"

/** 200 when recommendations can be served (`ok`, or `degraded` when an optional part is missing), else 503. */
export const GET = async (req: MedusaRequest, res: MedusaResponse): Promise<void> => {
  const health = await serviceOf(req).health()
  res.status(health.status === "down" ? 503 : 200).json(health)
}
