import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { PersonalizationError } from "../../services/lib"

/** What a failed request answers. `fields` names each wrong field of a 400; otherwise it is empty. */
export interface ErrorBody {
  /** Medusa's name for the class of error, e.g. `invalid_data`. */
  type: string
  /** The plugin's stable code, a key of `ERROR_TABLE`. */
  code: string
  message: string
  fields: readonly { path: string; message: string }[]
}

const TYPE_BY_STATUS: Record<number, string> = {
  400: "invalid_data",
  404: "not_found",
  409: "conflict",
  422: "not_allowed",
  429: "too_many_requests",
  503: "unavailable",
}

/** A shopper learns that it failed; which option or package is missing is for the log and the admin. */
function messageFor(error: PersonalizationError, req: MedusaRequest): string {
  if (error.status < 500 || req.originalUrl.startsWith("/admin/")) return error.message
  return "Personalization is not available at the moment. The server's log says why."
}

/**
 * Wraps a route so that a PersonalizationError becomes its HTTP status with an `ErrorBody`, and with
 * `Retry-After` in whole seconds where a retry makes sense. Any other error goes on to Medusa's handler.
 */
export function edge<Request extends MedusaRequest = MedusaRequest>(
  handler: (req: Request, res: MedusaResponse) => Promise<unknown> | unknown
): (req: Request, res: MedusaResponse) => Promise<void> {
  return async (req, res) => {
    try {
      await handler(req, res)
    } catch (error) {
      if (!(error instanceof PersonalizationError) || res.headersSent) throw error
      if (error.status >= 500) req.scope.resolve(ContainerRegistrationKeys.LOGGER).error(error.message, error)
      if (error.retryAfter !== undefined) {
        res.setHeader("Retry-After", String(Math.ceil(error.retryAfter)))
        // Otherwise a storefront on another origin could not read it.
        res.setHeader("Access-Control-Expose-Headers", "Retry-After")
      }
      const body: ErrorBody = {
        type: TYPE_BY_STATUS[error.status] ?? "unexpected_state",
        code: error.code,
        message: messageFor(error, req),
        fields: error.fields,
      }
      res.status(error.status).json(body)
    }
  }
}
