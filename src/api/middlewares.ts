import {
  defineMiddlewares,
  type MedusaNextFunction,
  type MedusaRequest,
  type MedusaResponse,
} from "@medusajs/framework/http"
import { ContainerRegistrationKeys, parseCorsOrigins } from "@medusajs/framework/utils"
import cors from "cors"

const EVENTS_LIMIT = "256kb"

/** The beacon lives outside `/store`, so it brings the store's CORS policy itself. */
function storeCors(req: MedusaRequest, res: MedusaResponse, next: MedusaNextFunction): void {
  const { projectConfig } = req.scope.resolve(ContainerRegistrationKeys.CONFIG_MODULE)
  cors({ origin: parseCorsOrigins(projectConfig.http.storeCors), credentials: true })(req, res, next)
}

export default defineMiddlewares({
  routes: [
    {
      matcher: "/store/personalization/events",
      methods: ["POST"],
      bodyParser: { sizeLimit: EVENTS_LIMIT },
    },
    {
      matcher: "/personalization/collect",
      methods: ["POST"],
      bodyParser: { sizeLimit: EVENTS_LIMIT },
      middlewares: [storeCors],
    },
    { matcher: "/personalization/collect", methods: ["OPTIONS"], middlewares: [storeCors] },
  ],
})
