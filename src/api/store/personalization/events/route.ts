import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { edge } from "../../../_lib/edge"
import { identify } from "../../../_lib/identity"
import { senderOf } from "../../../_lib/sender"
import { serviceOf } from "../../../_lib/service"

/** Takes a batch of events; 202 says that the accepted ones are durable. */
export const POST = edge(async (req: MedusaRequest, res: MedusaResponse) => {
  const { engine } = serviceOf(req)
  const result = await engine.ingest.submit(req.body, senderOf(req, identify(req)))
  res.status(202).json(result)
})
