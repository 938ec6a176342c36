import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { PersonalizationError } from "../../../services/lib"
import { edge } from "../../_lib/edge"
import { identify } from "../../_lib/identity"
import { channelsOfKey } from "../../_lib/publishable-key"
import { senderOf } from "../../_lib/sender"
import { serviceOf } from "../../_lib/service"

function body(req: MedusaRequest): unknown {
  if (typeof req.body !== "string") return req.body
  try {
    return JSON.parse(req.body)
  } catch (cause) {
    throw new PersonalizationError("invalid_input", "body: is not JSON", {
      fields: [{ path: "body", message: "is not JSON" }],
      cause,
    })
  }
}

/**
 * The beacon's way in: `navigator.sendBeacon` can set no header, so the publishable key stands in `pk` and the
 * visitor in the events themselves. Otherwise the same as `POST /store/personalization/events`.
 */
export const POST = edge(async (req: MedusaRequest, res: MedusaResponse) => {
  const channels = await channelsOfKey(req.scope, req.query.pk)
  const result = await serviceOf(req).engine.ingest.submit(body(req), senderOf(req, identify(req), channels))
  res.status(202).json(result)
})
