import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from "node:http"
import type { Metrics } from "../services/lib"
import { Admission, type Kind, type Refusal } from "./admission"
import { mayCall, type CorsOrigins } from "./cors-origins"
import { HttpError } from "./http-error"

/** Longer than proxies keep a connection, so that they never write to one that is about to close. */
const KEEP_ALIVE_MS = 72_000
const REQUEST_MS = 30_000
/** Whoever watches over the process is always answered, and so is a browser's question whether it may call. */
const OPERATIONS = /^\/personalization\/(health|metrics)/
const EVENTS = /^\/(store\/personalization\/events|personalization\/collect)(\?|$)/
/** A sender tries again by itself, and a batch costs as much as several lists. */
const EVENTS_WAIT_MS = 1_000

const refused = new HttpError(429, "Too many requests at a time; try again in a moment.")
const REFUSAL = Buffer.from(JSON.stringify({ message: refused.message, type: refused.type }))

export interface DoorOptions {
  maxInFlight: number
  /** Wait of a list before it is begun, ms, that newcomers are refused beyond. */
  listWaitMs: number
  corsOrigins: CorsOrigins
  metrics: Metrics
}

/**
 * The HTTP server before the framework: what can't be worked on in time is answered with 429 from here, unread, for
 * under a rush most answers are refusals, and what they cost is taken from the others.
 */
export function door(handler: RequestListener, options: DoorOptions): Server {
  const { maxInFlight, listWaitMs, corsOrigins, metrics } = options
  const admission = new Admission({
    maxInFlight,
    maxWaitMs: { list: listWaitMs, events: EVENTS_WAIT_MS },
    now: () => performance.now(),
  })
  const refuse = (kind: Kind, reason: Refusal, request: IncomingMessage, response: ServerResponse) => {
    metrics.count("requests_refused_total", { kind, reason })
    response.writeHead(429, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": REFUSAL.length,
      "Retry-After": "1",
      ...corsHeaders(request.headers.origin, corsOrigins),
    })
    response.end(REFUSAL)
  }
  return createServer(
    { keepAliveTimeout: KEEP_ALIVE_MS, requestTimeout: REQUEST_MS },
    (request, response) => {
      if (request.method === "OPTIONS" || OPERATIONS.test(request.url!)) return handler(request, response)
      const kind = EVENTS.test(request.url!) ? "events" : "list"
      const reason = admission.enter(kind, () => {
        // Whoever has left meanwhile needs no answer.
        if (!response.destroyed) handler(request, response)
      })
      if (reason) refuse(kind, reason, request, response)
      else response.once("close", () => admission.leave(kind))
    }
  )
}

/** Otherwise a storefront on another origin could read neither the status nor when to come back. */
function corsHeaders(origin: string | undefined, origins: CorsOrigins): Record<string, string> {
  if (origins.length === 0) return {}
  if (origin === undefined || !mayCall(origin, origins)) return { Vary: "Origin" }
  return {
    Vary: "Origin",
    "Access-Control-Allow-Origin": origin,
    "Access-Control-Allow-Credentials": "true",
    "Access-Control-Expose-Headers": "Retry-After",
  }
}
