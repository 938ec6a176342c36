import { createHash, timingSafeEqual } from "node:crypto"
import { headerOf, type Headers } from "../../services/context"
import { ok, type Answer } from "./call"
import type { Desk } from "./desk"

const LOOPBACK = /^(::1|127\.\d+\.\d+\.\d+|::ffff:127\.\d+\.\d+\.\d+)$/

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/**
 * May this caller read the metrics? With a token: whoever has it. Without: this machine alone, and not through a proxy.
 * @param address of the connection itself, whatever headers say
 */
export function mayReadMetrics(
  headers: Headers,
  address: string | undefined,
  token: string | undefined
): boolean {
  if (token)
    return timingSafeEqual(digest(headerOf(headers, "authorization") ?? ""), digest(`Bearer ${token}`))
  return LOOPBACK.test(address ?? "") && headerOf(headers, "x-forwarded-for") === undefined
}

export const METRICS_TYPE = "text/plain; version=0.0.4"

export const metricsRefused: Answer = {
  status: 401,
  body: { type: "unauthorized", message: "A bearer token is needed (option operations.metricsToken)." },
}

/** `GET …/health/live`: the process runs. */
export const live: Answer = ok({ status: "ok" })

/**
 * `GET …/health/ready` and `startup`: 200 when recommendations can be served (`ok`, or `degraded` when an optional part
 * is missing), else 503.
 */
export async function ready({ service }: Pick<Desk, "service">): Promise<Answer> {
  const health = await service.health()
  return { status: health.status === "down" ? 503 : 200, body: health }
}
