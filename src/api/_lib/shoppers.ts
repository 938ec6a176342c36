import { z } from "zod"
import { parse, systemClock } from "../../services/lib"
import { consentSchema } from "../../services/privacy"
import { LATE, within } from "../../services/retrieval"
import { ok, type Answer, type Call } from "./call"
import type { Desk } from "./desk"
import { identify } from "./identity"
import { wrong } from "./products"
import { senderOf } from "./sender"

/** `POST /store/personalization/events`: a batch of events; 202 says that the accepted ones are durable. */
export async function takeEvents({ service }: Desk, call: Call): Promise<Answer> {
  const { ingest, situations } = service.engine
  const result = await ingest.submit(call.body, senderOf(call, identify(call), situations.of(call)))
  return { status: 202, body: result }
}

/**
 * `POST /personalization/collect`, the beacon's way in: `navigator.sendBeacon` can set no header, so the publishable
 * key stands in `pk` and the visitor in the events themselves. Otherwise the same as `takeEvents`.
 */
export async function collect(desk: Desk, call: Call): Promise<Answer> {
  const { pk: key } = call.query as { pk?: unknown }
  if (typeof key !== "string" || !/^[\w-]{1,200}$/.test(key))
    throw wrong("pk", "a publishable API key is needed")
  const salesChannelIds = await desk.shop.channelsOfKey(key)
  if (!salesChannelIds) throw wrong("pk", "is not a valid publishable API key")
  return takeEvents(desk, { ...call, body: json(call.body), key, salesChannelIds })
}

function json(body: unknown): unknown {
  if (typeof body !== "string") return body
  try {
    return JSON.parse(body)
  } catch (cause) {
    throw wrong("body", "is not JSON", cause)
  }
}

const feedbackBody = z
  .strictObject({
    product_id: z.string().min(1).max(128),
    type: z.enum(["like", "dislike", "not_interested", "rating"]),
    /** 1 to 5 stars, with `type: "rating"`. */
    rating: z.number().min(1).max(5).optional(),
    /** The list it was given in. */
    request_id: z.string().min(1).max(128).optional(),
    placement: z.string().min(1).max(128).optional(),
  })
  .superRefine(({ type, rating }, context) => {
    if ((type === "rating") === (rating !== undefined)) return
    const message = rating === undefined ? "is needed with type rating, 1 to 5" : "goes with type rating only"
    context.addIssue({ code: "custom", path: ["rating"], message })
  })

/** Of features that take longer to follow, the answer says so. */
const FOLLOW_MS = 1_000

/**
 * `POST /store/personalization/feedback`: what the shopper says of a product. `applied` says that the next list knows
 * of it; where it is false, that takes a moment longer.
 */
export async function giveFeedback({ service }: Desk, call: Call): Promise<Answer> {
  const { product_id, type, rating, ...list } = parse(feedbackBody, call.body)
  const identity = identify(call)
  if (!identity.visitorId && !identity.customerId)
    throw wrong("x-personalization-visitor", "is needed, or a customer's login: feedback is somebody's")
  const event = {
    ...{ type, ts: systemClock.now(), ...list, items: [{ product_id, ...list }] },
    ...(rating !== undefined && { properties: { rating } }),
  }
  const { engine } = service
  const result = await engine.ingest.submit({ events: [event] }, senderOf(call, identity))
  // It is durable now: whatever happens to the features, it will be in them.
  const follow = () =>
    within(engine.featuresCaughtUp(), FOLLOW_MS).then(
      (done) => done !== LATE,
      () => false
    )
  return { status: 202, body: { ...result, applied: result.accepted > 0 && (await follow()) } }
}

const consentBody = z.strictObject({
  visitor_id: z.string().regex(/^[\w.:-]{1,128}$/, "must be 1 to 128 letters, digits, or any of . _ : -"),
  consent: consentSchema,
})

/**
 * `GET /store/personalization/consent`: what this shopper has agreed to, as recorded; the store's default when nothing
 * was said.
 */
export async function readConsent({ service }: Desk, call: Call): Promise<Answer> {
  return ok({ consent: await service.consentOf({ ...identify(call), consent: undefined }) })
}

/** `POST /store/personalization/consent`: records the shopper's decision; it holds from the next request on. */
export async function recordConsent({ service }: Desk, call: Call): Promise<Answer> {
  const { visitor_id: visitorId, consent } = parse(consentBody, call.body)
  const identity = { ...identify(call), visitorId }
  await service.recordConsent({ ...senderOf(call, identity), visitorId }, consent)
  return ok({ consent })
}
