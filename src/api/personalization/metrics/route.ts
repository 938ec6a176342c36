import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { mayReadMetrics, METRICS_TYPE, metricsRefused } from "../../_lib/operations"
import { serviceOf } from "../../_lib/service"

/** Prometheus text of the plugin's metrics. */
export const GET = async (req: MedusaRequest, res: MedusaResponse): Promise<void> => {
  const { engine } = serviceOf(req)
  if (!mayReadMetrics(req.headers, req.socket.remoteAddress, engine.options.operations.metricsToken)) {
    res.status(metricsRefused.status).json(metricsRefused.body)
    return
  }
  res.type(METRICS_TYPE).send(await engine.metricsText())
}
