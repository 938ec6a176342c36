import { z } from "zod"
import type { Coordinates, LocalEvent, LocalEventsProvider } from "../../services/context"

const time = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))

/** What the feed answers; more fields do no harm. */
const feedSchema = z.object({
  events: z
    .array(z.object({ name: z.string().max(200), kind: z.string().max(64), starts_at: time, ends_at: time }))
    .max(1_000),
})

/**
 * Any feed that answers `GET <url>?latitude=&longitude=` with
 * `{ "events": [{ "name", "kind", "starts_at", "ends_at" }] }`, times as ISO 8601 with an offset.
 */
export class JsonLocalEvents implements LocalEventsProvider {
  readonly name = "local-events"

  /** @param token sent as a bearer token */
  constructor(
    private readonly url: string,
    private readonly token?: string
  ) {}

  /** @throws Error when the feed does not answer, or otherwise than described */
  async events({ latitude, longitude }: Coordinates, signal: AbortSignal): Promise<LocalEvent[]> {
    const url = new URL(this.url)
    url.searchParams.set("latitude", String(latitude))
    url.searchParams.set("longitude", String(longitude))
    const headers: Record<string, string> = this.token ? { authorization: `Bearer ${this.token}` } : {}
    const response = await fetch(url, { signal, headers })
    if (!response.ok) throw new Error(`status ${response.status}`)
    const { events } = feedSchema.parse(await response.json())
    return events.map(({ name, kind, starts_at: startsAt, ends_at: endsAt }) => ({
      name,
      kind,
      startsAt,
      endsAt,
    }))
  }
}
