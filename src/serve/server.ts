import cors from "@fastify/cors"
import Fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify"
import type { Answer, Call } from "../api/_lib/call"
import type { Desk } from "../api/_lib/desk"
import { errorAnswer } from "../api/_lib/errors"
import { live, mayReadMetrics, METRICS_TYPE, metricsRefused, ready } from "../api/_lib/operations"
import { rank, recommendOne, recommendPage } from "../api/_lib/recommendations"
import { collect, giveFeedback, readConsent, recordConsent, takeEvents } from "../api/_lib/shoppers"
import { joined, PersonalizationError } from "../services/lib"
import type { CorsOrigins } from "./cors-origins"
import { customerOf } from "./customer"
import { door } from "./door"
import { answerError, HttpError } from "./http-error"
import { addParsers } from "./parsers"
import { channelsOfHeader } from "./publishable-key"

const KB = 1024
/** Express's own limit, and that of Medusa's routes for events. */
const BODY_LIMIT = 100 * KB
const EVENTS_LIMIT = 256 * KB
/** So long may a list wait to be begun before newcomers are refused, ms. */
const LIST_WAIT_MS = 250

export interface ServerParts {
  desk: Desk
  logger: FastifyBaseLogger
  /** The store's `projectConfig.http.jwtSecret`; without it every caller is anonymous. */
  jwtSecret?: string
  /** Origins that browsers may call from; without any, no CORS headers are sent. */
  corsOrigins: CorsOrigins
  /** Requests under way at a time before the answer is 429. */
  maxInFlight: number
  /** True from the moment the process was asked to end. */
  draining(): boolean
}

type Route = (desk: Desk, call: Call) => Promise<Answer>

/** The store's routes of the plugin on a server of their own, with the answers that Medusa would give. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { desk, corsOrigins } = parts
  const app = Fastify({
    loggerInstance: parts.logger,
    logController: new LogController({ disableRequestLogging: true }),
    // One proxy, as Medusa: its address is the last of X-Forwarded-For.
    trustProxy: (_address: string, hop: number) => hop < 1,
    bodyLimit: BODY_LIMIT,
    serverFactory: (handler) =>
      door(handler, {
        maxInFlight: parts.maxInFlight,
        // A pause for garbage, or of the machine, must not turn shoppers away.
        listWaitMs: Math.max(LIST_WAIT_MS, desk.service.engine.options.serving.deadlineMs),
        corsOrigins,
        metrics: desk.service.engine.metrics,
      }),
    forceCloseConnections: "idle",
    // What has come in over a connection that is still open is answered, and told that it closes.
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void answerError(error, request, reply),
  })
  app.setErrorHandler(answerError)
  app.setNotFoundHandler(({ method, url }) => {
    throw new HttpError(404, `Cannot ${method} ${url.split("?", 1)[0]}`)
  })
  addParsers(app)
  refuseBeforeStart(app, desk)
  if (corsOrigins.length > 0) {
    await app.register(cors, {
      origin: [...corsOrigins],
      credentials: true,
      methods: ["GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"],
    })
  }
  const anyone = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) =>
    send(reply, await route(desk, callOf(request)))
  const keyed = (route: Route) => async (request: FastifyRequest, reply: FastifyReply) => {
    const { key, channels } = await channelsOfHeader(request.headers, desk.shop)
    const customerId = customerOf(request.headers.authorization, parts.jwtSecret)
    return send(
      reply,
      await route(desk, joined(callOf(request), { customerId, key, salesChannelIds: channels }))
    )
  }

  const store = "/store/personalization"
  app.get(`${store}/recommendations`, keyed(recommendOne))
  app.post(`${store}/recommendations`, keyed(recommendPage))
  app.post(`${store}/rank`, keyed(rank))
  app.post(`${store}/events`, { bodyLimit: EVENTS_LIMIT }, keyed(takeEvents))
  app.post(`${store}/feedback`, keyed(giveFeedback))
  app.get(`${store}/consent`, keyed(readConsent))
  app.post(`${store}/consent`, keyed(recordConsent))
  app.post("/personalization/collect", { bodyLimit: EVENTS_LIMIT }, anyone(collect))
  app.get(
    "/personalization/health/live",
    anyone(async () => live)
  )
  app.get("/personalization/health/startup", anyone(ready))
  app.get("/personalization/health/ready", async (_, reply) => send(reply, await readyUnlessDraining(parts)))
  app.get("/personalization/metrics", async ({ headers, socket }, reply) => {
    const { engine } = desk.service
    if (!mayReadMetrics(headers, socket.remoteAddress, engine.options.operations.metricsToken))
      return send(reply, metricsRefused)
    return reply.type(METRICS_TYPE).send(await engine.metricsText())
  })
  return app
}

function callOf({ headers, query, body, ip }: FastifyRequest): Call {
  return { headers, query, body: body ?? {}, ip, salesChannelIds: [] }
}

function send(reply: FastifyReply, { status, body, headers }: Answer): FastifyReply {
  if (headers) reply.headers(headers)
  return reply.code(status).send(body)
}

/** A process that is about to end takes no new shoppers; those it has are served to the end. */
async function readyUnlessDraining({ desk, draining }: ServerParts): Promise<Answer> {
  const answer = await ready(desk)
  if (!draining()) return answer
  const { checks } = answer.body as { checks: object[] }
  return { status: 503, body: { status: "down", checks: [...checks, { name: "draining", ok: false }] } }
}

/** Whoever comes too early is sent to another process, rather than given an empty list. Operations are always answered. */
function refuseBeforeStart(app: FastifyInstance, { service }: Desk): void {
  const { headers, body, status } = errorAnswer(
    new PersonalizationError("unavailable", "the server is starting", { retryAfter: 1 })
  )
  app.addHook("onRequest", async ({ url }, reply) => {
    if (service.started || /^\/personalization\/(health|metrics)/.test(url)) return
    await reply
      .code(status)
      .headers({ ...headers })
      .send(body)
  })
}
