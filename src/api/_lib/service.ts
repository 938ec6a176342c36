import type { MedusaRequest } from "@medusajs/framework/http"
import type PersonalizationModuleService from "../../modules/personalization/service"

/** The module's service as the request's container knows it. */
export function serviceOf(req: MedusaRequest): PersonalizationModuleService {
  return req.scope.resolve<PersonalizationModuleService>("personalization")
}
