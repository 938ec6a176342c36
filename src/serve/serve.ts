import type { FastifyBaseLogger } from "fastify"
import { Pause } from "../services/lib"
import { LATE, within } from "../services/retrieval"
import { composeServe, type ServeParts } from "./compose"
import { corsOrigins } from "./cors-origins"
import { createServer } from "./server"
import type { ServeSettings } from "./settings"

/** How long queues may take to be written and child processes to end. */
const STOP_MS = 15_000
const IDLE_CHECK_MS = 50
const RETRY_MS = 2_000
/** Connections that wait to be taken; the system has a limit of its own. Node's default would turn a rush away unheard. */
const BACKLOG = 4_096

export interface Serving {
  /** e.g. `http://127.0.0.1:9100` */
  url: string
  /**
   * Takes no new connections, finishes what is under way within `drainSeconds`, writes what waits, and ends. Never
   * rejects. @returns whether all was finished in time
   */
  stop(): Promise<boolean>
}

/**
 * Starts a server that answers shoppers without Medusa. It listens at once, and `startup` and `ready` say 503 until
 * lists can be made; a database that is away is tried again until it is there.
 * @param parts default: those that the settings make
 * @throws Error when the port can't be had
 */
export async function serve(
  settings: ServeSettings,
  logger: FastifyBaseLogger,
  parts: ServeParts = composeServe(settings, logger)
): Promise<Serving> {
  const { desk, reader } = parts
  const { onApplicationStart, onApplicationPrepareShutdown, onApplicationShutdown } = desk.service.__hooks
  let draining = false
  const app = await createServer({
    desk,
    logger,
    jwtSecret: settings.jwtSecret,
    corsOrigins: corsOrigins(settings.storeCors),
    maxInFlight: settings.maxInFlight,
    draining: () => draining,
  })
  const url = await app.listen({ host: settings.host, port: settings.port, backlog: BACKLOG })
  if (!settings.jwtSecret) logger.warn("JWT_SECRET is not set: every caller is anonymous")
  const pause = new Pause()
  const begin = async () => {
    while (!draining) {
      try {
        // Whoever is ready can answer, even if the database goes away in the next moment.
        await desk.shop.learnKeys()
        break
      } catch (error) {
        logger.warn(`cannot start yet: ${(error as Error).message}`)
        await pause.wait(RETRY_MS)
      }
    }
    if (draining) return
    await onApplicationStart()
    const { status } = await desk.service.health()
    if (status !== "down") logger.info(`serving recommendations (${status})`)
  }
  void begin()

  const finish = async (what: string, work: Promise<unknown>, ms: number): Promise<boolean> => {
    try {
      if ((await within(work, ms)) !== LATE) return true
      logger.error(`${what} took longer than ${ms / 1_000} s`)
    } catch (error) {
      logger.error({ err: error }, `${what} failed`)
    }
    return false
  }
  const stop = async (): Promise<boolean> => {
    draining = true
    pause.end()
    logger.info("draining")
    await onApplicationPrepareShutdown()
    // A connection that is kept alive becomes idle when its last answer is out, not when the drain begins.
    const idle = setInterval(() => app.server.closeIdleConnections(), IDLE_CHECK_MS)
    const closing = app.close()
    const drained = await finish("Requests under way", closing, settings.drainSeconds * 1_000)
    clearInterval(idle)
    if (!drained) app.server.closeAllConnections()
    const stopped = await finish("Stopping the engine", onApplicationShutdown(), STOP_MS)
    await finish("Closing the store's database", reader.close(), STOP_MS)
    logger.info("stopped")
    return drained && stopped
  }
  let stopping: Promise<boolean> | undefined
  return { url, stop: () => (stopping ??= stop()) }
}
