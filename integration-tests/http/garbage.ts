import fc from "fast-check"
import { calls, STORE, type Call } from "./garbage-calls"

export interface Answer {
  status: number
  /** Parsed JSON; undefined when the answer is none. */
  body: unknown
}

/** Sends a call to a running store; `baseUrl` without a slash at the end. */
export const sendTo =
  (baseUrl: string) =>
  async ({ path, ...init }: Call): Promise<Answer> => {
    const response = await fetch(baseUrl + path, init)
    const text = await response.text()
    try {
      return { status: response.status, body: JSON.parse(text) }
    } catch {
      return { status: response.status, body: undefined }
    }
  }

type Body = Record<string, unknown> & { fields?: { path?: unknown }[]; message?: unknown }

/** What is wrong with an answer to garbage; undefined when nothing is. */
export function fault(call: Call, { status, body }: Answer): string | undefined {
  if (![200, 202, 400, 404, 413, 415, 429].includes(status)) return `status ${status}`
  if (body === null || typeof body !== "object") return `${status} without a JSON object`
  const { message, fields } = body as Body
  if (status === 400 || status === 404) {
    if (typeof message !== "string" || message === "") return `${status} without a message`
    const named = fields?.length
      ? fields.every(({ path }) => typeof path === "string" && message.includes(path))
      : /body|json|api.?key/i.test(message)
    return named ? undefined : `${status} whose message names no field: ${message}`
  }
  if (status === 202) return faultOfPartial(call, body as Body)
  if (status === 200 && call.path.startsWith(`${STORE}/recommendations`)) {
    const lists = call.method === "GET" ? [body] : (body as Body).recommendations
    if (!Array.isArray(lists) || lists.some(({ request_id, items }) => !request_id || !Array.isArray(items)))
      return "200 without lists"
  }
  return undefined
}

function faultOfPartial(call: Call, body: Body): string | undefined {
  const { accepted, rejected } = body
  if (!Number.isInteger(accepted) || !Array.isArray(rejected)) return "202 without counts"
  const sent = (JSON.parse((call.body as string).replace(/^\ufeff/, "")) as { events: unknown[] }).events
    .length
  if ((accepted as number) + rejected.length !== sent)
    return `202 that accounts for not all of ${sent} events`
  const bad = rejected.find(({ index, code, message }) => !(index >= 0 && index < sent && code && message))
  return bad && `202 with a rejection that does not say what is wrong: ${JSON.stringify(bad)}`
}

/**
 * Sends malformed bodies, queries and headers to every store route of the plugin. None may answer with a server
 * error; a 400 names the field; a 202 accounts for each event. The first fault is shrunk to its smallest form.
 * Returns how often each status came.
 */
export async function garbageCases(
  send: (call: Call) => Promise<Answer>,
  options: { publishableKey: string; cases?: number; seed?: number }
): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {}
  const property = fc.asyncProperty(calls(options.publishableKey), async (call) => {
    const answer = await send(call)
    statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
    const wrong = fault(call, answer)
    if (wrong)
      throw new Error(`${wrong}; ${call.method} ${call.path.slice(0, 200)} ${call.body?.slice(0, 500) ?? ""}`)
  })
  await fc.assert(property, { numRuns: options.cases ?? 1_000, seed: options.seed ?? 1 })
  return statuses
}
