import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"

/** The process runs. */
export const GET = (_req: MedusaRequest, res: MedusaResponse): void => {
  res.json({ status: "ok" })
}
