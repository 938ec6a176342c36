import type { Clock, Logger } from "../lib"
import { consentSchema, mayProfile, mayStore, type Consent } from "../privacy"
import type { Rejection } from "./check-event"
import type { DeadLetterStore, NewDeadLetter } from "./dead-letter-store.port"
import type { Origin } from "./types/event-type"

/** Dead letters of this group are events that were refused when they arrived. */
export const INGEST_GROUP = "ingest"

/** Refused events kept: they show what is wrong with a storefront, and a few show as much as all. */
const KEPT = 1_000
/** Of one batch. */
const KEPT_OF_BATCH = 10
const MAX_LENGTH = 8_000
/** PostgreSQL stores neither. */
const UNSTORABLE = /\\u0000|\\ud[89a-f][0-9a-f]{2}/i
const NAMES = ["visitor_id", "session_id", "customer_id"]

type ConsentOf = (said: Consent | undefined, visitorId: string | undefined) => Promise<Consent>

/** Keeps refused events for a person to look at and to send again, as far as the shopper's consent allows. */
export class Refusals {
  private busy = false
  private serial = 0

  constructor(
    private readonly store: DeadLetterStore,
    private readonly clock: Clock,
    private readonly logger: Logger
  ) {}

  /**
   * Returns at once; while some are being written the next ones are let go, so that a flood costs nothing.
   * @param raw the batch that `rejected` indexes
   * @param consentOf what counts, given what the event itself says of consent and of its visitor
   */
  keep(rejected: readonly Rejection[], raw: readonly unknown[], origin: Origin, consentOf: ConsentOf): void {
    if (this.busy) return
    this.busy = true
    const some = rejected.filter(({ code }) => code !== "no_consent").slice(0, KEPT_OF_BATCH)
    this.write(some, raw, origin, consentOf)
      .catch((error: Error) => this.logger.debug(`refused events could not be kept: ${error.message}`))
      .finally(() => (this.busy = false))
  }

  private async write(
    rejected: readonly Rejection[],
    raw: readonly unknown[],
    origin: Origin,
    consentOf: ConsentOf
  ): Promise<void> {
    const letters: NewDeadLetter[] = []
    for (const { index, code, message } of rejected) {
      const { consent: told, visitor_id } = (raw[index] ?? {}) as Partial<Record<string, unknown>>
      const said = consentSchema.safeParse(told)
      const visitorId = typeof visitor_id === "string" ? visitor_id : undefined
      const consent = await consentOf(said.success ? said.data : undefined, visitorId)
      if (!mayStore(consent)) continue
      letters.push({
        group: INGEST_GROUP,
        origin: `${origin}:${this.clock.now()}:${this.serial++}`,
        event: storable(raw[index], mayProfile(consent)),
        error: `${code}: ${message}`.slice(0, 1_000),
      })
    }
    if (letters.length === 0) return
    await this.store.add(letters)
    await this.store.trim(INGEST_GROUP, KEPT)
  }
}

/** The event as far as it may and can be kept; what cannot is left out, and says so. */
function storable(raw: unknown, named: boolean): unknown {
  const event = named || raw === null || typeof raw !== "object" ? raw : withoutKeys(raw, NAMES)
  const text = JSON.stringify(event) ?? "null"
  if (text.length > MAX_LENGTH) return { left_out: `${text.length} characters` }
  if (UNSTORABLE.test(text)) return { left_out: "characters that cannot be stored" }
  return JSON.parse(text)
}

const withoutKeys = (value: object, keys: readonly string[]): object =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)))
