import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { z } from "zod"
import { parse } from "../../../../services/lib"
import { consentSchema } from "../../../../services/privacy"
import { edge } from "../../../_lib/edge"
import { identify } from "../../../_lib/identity"
import { senderOf } from "../../../_lib/sender"
import { serviceOf } from "../../../_lib/service"

const bodySchema = z.strictObject({
  visitor_id: z.string().regex(/^[\w.:-]{1,128}$/, "must be 1 to 128 letters, digits, or any of . _ : -"),
  consent: consentSchema,
})

/** What this shopper has agreed to, as recorded; the store's default when nothing was said. */
export const GET = edge(async (req: MedusaRequest, res: MedusaResponse) => {
  const identity = identify(req)
  res.json({ consent: await serviceOf(req).consentOf({ ...identity, consent: undefined }) })
})

/** Records the shopper's decision; it holds from the next request on. */
export const POST = edge(async (req: MedusaRequest, res: MedusaResponse) => {
  const { visitor_id, consent } = parse(bodySchema, req.body)
  const identity = { ...identify(req), visitorId: visitor_id }
  await serviceOf(req).recordConsent({ ...senderOf(req, identity), visitorId: visitor_id }, consent)
  res.json({ consent })
})
