import { PersonalizationError } from "../../services/lib"

const TIMEOUT_MS = 5_000
const MEDIA_TYPE = "application/vnd.schemaregistry.v1+json"

/** The two calls of a Confluent-compatible schema registry that a codec needs. User and password may be in the URL. */
export class SchemaRegistry {
  private readonly base: string
  private readonly headers: Record<string, string> = { accept: MEDIA_TYPE, "content-type": MEDIA_TYPE }

  constructor(url: string) {
    const { username, password, ...rest } = parts(url)
    this.base = rest.base
    if (!username) return
    const credentials = Buffer.from(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)
    this.headers.authorization = `Basic ${credentials.toString("base64")}`
  }

  /**
   * Id of a schema of `subject`; a schema that is there already keeps its id.
   * @throws PersonalizationError `unavailable`; `invalid_option` when the registry refuses the schema
   */
  async register(subject: string, schema: string): Promise<number> {
    const path = `/subjects/${encodeURIComponent(subject)}/versions`
    const { id } = await this.call<{ id: number }>(path, { method: "POST", body: JSON.stringify({ schema }) })
    return id
  }

  /** The schema of an id, as JSON. @throws PersonalizationError `unavailable`, `invalid_option` when there is none */
  async schemaOf(id: number): Promise<string> {
    const { schema } = await this.call<{ schema: string }>(`/schemas/ids/${id}`)
    return schema
  }

  private async call<T>(path: string, init: { method?: string; body?: string } = {}): Promise<T> {
    const away = (reason: string, cause?: unknown) =>
      new PersonalizationError("unavailable", `schemaRegistryUrl: ${this.base}${path}: ${reason}`, { cause })
    const response = await fetch(this.base + path, {
      ...init,
      headers: this.headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: Error) => {
      throw away(cause.message, cause)
    })
    const text = await response.text().catch((cause: Error) => {
      throw away(cause.message, cause)
    })
    if (response.ok) return JSON.parse(text) as T
    const said = `${response.status} ${text.slice(0, 500)}`
    if (response.status >= 500 || response.status === 429) throw away(said)
    throw new PersonalizationError(
      "invalid_option",
      `schemaRegistryUrl: ${this.base}${path} refuses: ${said}`
    )
  }
}

/** fetch takes no URL with a password in it, and logs should not either. */
function parts(url: string): { base: string; username: string; password: string } {
  if (!URL.canParse(url))
    throw new PersonalizationError("invalid_option", "schemaRegistryUrl: must be an http(s) URL")
  const parsed = new URL(url)
  const { username, password } = parsed
  parsed.username = parsed.password = ""
  return { base: parsed.href.replace(/\/+$/, ""), username, password }
}
