import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { PersonalizationError } from "../../services/lib"
import type { Answer, Call } from "./call"
import type { Desk } from "./desk"
import { errorAnswer } from "./errors"
import { medusaShop } from "./medusa-shop"
import { serviceOf } from "./service"

/**
 * Wraps a route so that a PersonalizationError becomes its HTTP status with an `ErrorBody`. Any other error goes on to
 * Medusa's handler.
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
      send(res, errorAnswer(error, req.originalUrl.startsWith("/admin/")))
    }
  }
}

/** A route that any server can run, on Medusa's. */
export function route(handler: (desk: Desk, call: Call) => Promise<Answer>) {
  return edge(async (req, res) => send(res, await handler(deskOf(req), callOf(req))))
}

function send(res: MedusaResponse, { status, body, headers }: Answer): void {
  for (const [name, value] of Object.entries(headers ?? {})) res.setHeader(name, value)
  res.status(status).json(body)
}

function deskOf(req: MedusaRequest): Desk {
  return {
    service: serviceOf(req),
    shop: medusaShop(req.scope),
    logger: req.scope.resolve(ContainerRegistrationKeys.LOGGER),
  }
}

/** What Medusa's own middlewares have found out. */
interface Checked {
  auth_context?: { actor_id?: string; actor_type?: string }
  publishable_key_context?: { key: string; sales_channel_ids: string[] }
}

export function callOf(req: MedusaRequest): Call {
  const { auth_context: auth, publishable_key_context: key } = req as MedusaRequest & Checked
  return {
    headers: req.headers,
    query: req.query,
    body: req.body,
    // Medusa trusts one proxy, so this is the client's address behind it. `request_context.ip_address` believes
    // X-Client-IP and the like, which a client can fill with another address for every call.
    ip: req.ip,
    customerId: auth?.actor_type === "customer" && auth.actor_id ? auth.actor_id : undefined,
    key: key?.key,
    salesChannelIds: key?.sales_channel_ids ?? [],
  }
}
