import Fastify, { type FastifyBaseLogger } from "fastify"
import { mayReadMetrics, METRICS_TYPE } from "../api/_lib/operations"
import { compose } from "../modules/personalization/compose"
import type { Engine } from "../modules/personalization/engine"
import { databaseTarget } from "../modules/personalization/platform"
import { Pause, PersonalizationError } from "../services/lib"
import { engineLogger } from "./compose"
import type { Serving } from "./serve"
import type { ServeSettings } from "./settings"

const RETRY_MS = 2_000
const LAG_MS = 10_000

/**
 * Starts a process that handles the events of the shared stream: into the features and into the archive. As many as the
 * stream has partitions share the work. It listens for health and metrics only; what is away is waited for.
 * @throws PersonalizationError `invalid_option` where there is no shared stream
 */
export async function consume(settings: ServeSettings, logger: FastifyBaseLogger): Promise<Serving> {
  const { options, databaseUrl } = settings
  if (!options.redisUrl) {
    const message = "redisUrl: is needed, for without it Medusa's own processes handle the events"
    throw new PersonalizationError("invalid_option", message)
  }
  const database = databaseTarget(options, { clientUrl: databaseUrl }, {})
  const engine = compose(options, { database, logger: engineLogger(logger), consume: true })
  const state = { started: false, draining: false }
  const app = operationsServer(engine, state, logger)
  const url = await app.listen({ host: settings.host, port: settings.port })

  const pause = new Pause()
  const begin = async () => {
    while (!state.started && !state.draining) {
      try {
        await engine.consume()
        state.started = true
        logger.info("handling events")
      } catch (error) {
        logger.warn(`cannot start yet: ${(error as Error).message}`)
        await pause.wait(RETRY_MS)
      }
    }
  }
  const beginning = begin()
  const lag = setInterval(() => void tellLag(engine), LAG_MS)

  const stop = async () => {
    state.draining = true
    logger.info("draining: the batches in hand are finished")
    clearInterval(lag)
    pause.end()
    await beginning
    await engine.stop()
    await app.close()
    logger.info("stopped")
    return true
  }
  let stopping: Promise<boolean> | undefined
  return { url, stop: () => (stopping ??= stop()) }
}

function operationsServer(
  engine: Engine,
  state: { started: boolean; draining: boolean },
  logger: FastifyBaseLogger
) {
  const app = Fastify({ loggerInstance: logger, disableRequestLogging: true, forceCloseConnections: true })
  const ready = async () => {
    const reachable = state.started ? await engine.reachable() : {}
    const checks = [
      { name: "started", ok: state.started },
      ...Object.entries(reachable).map(([name, ok]) => ({ name, ok })),
      ...(state.draining ? [{ name: "draining", ok: false }] : []),
    ]
    const up = state.started && !state.draining
    const status = !up ? "down" : checks.every(({ ok }) => ok) ? "ok" : "degraded"
    return { code: up ? 200 : 503, body: { status, checks } }
  }
  for (const probe of ["ready", "startup"])
    app.get(`/personalization/health/${probe}`, async (_, reply) => {
      const { code, body } = await ready()
      return reply.code(code).send(body)
    })
  app.get("/personalization/health/live", async () => ({ status: "ok" }))
  app.get("/personalization/metrics", async ({ headers, socket }, reply) => {
    if (!mayReadMetrics(headers, socket.remoteAddress, engine.options.operations.metricsToken))
      return reply.code(401).send({ type: "unauthorized", message: "A bearer token is needed." })
    return reply.type(METRICS_TYPE).send(await engine.metricsText())
  })
  return app
}

async function tellLag(engine: Engine): Promise<void> {
  const lag = await engine.lag().catch(() => ({}))
  for (const [group, events] of Object.entries(lag)) engine.metrics.gauge("event_lag", events, { group })
}
