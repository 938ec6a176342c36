import { createHash, timingSafeEqual } from "node:crypto"
import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { serviceOf } from "../../_lib/service"

const LOOPBACK = /^(::1|127\.\d+\.\d+\.\d+|::ffff:127\.\d+\.\d+\.\d+)$/

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** With a token: whoever has it. Without: this machine alone, and not through a proxy. */
function allowed(req: MedusaRequest, token: string | undefined): boolean {
  if (token) return timingSafeEqual(digest(req.get("authorization") ?? ""), digest(`Bearer ${token}`))
  return LOOPBACK.test(req.socket.remoteAddress ?? "") && req.get("x-forwarded-for") === undefined
}

/** Prometheus text of the plugin's metrics. */
export const GET = async (req: MedusaRequest, res: MedusaResponse): Promise<void> => {
  const { engine } = serviceOf(req)
  if (!allowed(req, engine.options.operations.metricsToken)) {
    res
      .status(401)
      .json({ type: "unauthorized", message: "A bearer token is needed (option operations.metricsToken)." })
    return
  }
  res.type("text/plain; version=0.0.4").send(await engine.metricsText())
}
