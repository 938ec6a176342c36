import { Pause, PersonalizationError } from "../../services/lib"
import type { TextEmbedder } from "../../services/models"

export interface OpenAiOptions {
  /** Up to and without `/embeddings`, e.g. `https://api.openai.com/v1` or `http://localhost:11434/v1`. */
  baseUrl: string
  /** Name of the model at the endpoint. */
  model: string
  /** Sent as a bearer token, and never shown in errors or logs. */
  apiKey?: string
  /** Asked of models that can shorten their vectors. */
  dimensions?: number
  /** Texts a request. Default 64. */
  batchSize?: number
  /** Of one request. Default 30,000. */
  timeoutMs?: number
  /** Further tries after a failure that may pass (no answer, 408, 429, 5xx). Default 3. */
  retries?: number
  /** First pause before a further try, doubled each time; a longer Retry-After is heeded up to a minute. Default 500. */
  backoffMs?: number
}

const MAX_PAUSE_MS = 60_000

/** Any endpoint that speaks OpenAI's `POST /embeddings`: OpenAI itself, Azure, Ollama, vLLM, LM Studio, LiteLLM, … */
export class OpenAiTextEmbedder implements TextEmbedder {
  readonly name: string
  private readonly url: string
  private readonly options: OpenAiOptions

  constructor(options: OpenAiOptions) {
    this.options = options
    this.url = `${options.baseUrl.replace(/\/+$/, "")}/embeddings`
    // Without the address: the same model gives the same vectors wherever it runs.
    this.name = `openai:${options.model}${options.dimensions ? `:${options.dimensions}` : ""}`
  }

  /** @throws PersonalizationError `unavailable` after the last try; `invalid_option` when the endpoint refuses */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    const { batchSize = 64 } = this.options
    const vectors: Float32Array[] = []
    for (let from = 0; from < texts.length; from += batchSize)
      vectors.push(...(await this.batch(texts.slice(from, from + batchSize))))
    return vectors
  }

  private async batch(texts: readonly string[]): Promise<Float32Array[]> {
    const { retries = 3, backoffMs = 500 } = this.options
    for (let attempt = 0; ; attempt++) {
      const answer = await this.ask(texts)
      if ("vectors" in answer) return answer.vectors
      if (attempt >= retries) throw this.unavailable(answer.reason)
      await new Pause().wait(Math.min(MAX_PAUSE_MS, Math.max(backoffMs * 2 ** attempt, answer.waitMs)))
    }
  }

  /** One request: the vectors, or a reason for which trying again makes sense. */
  private async ask(
    texts: readonly string[]
  ): Promise<{ vectors: Float32Array[] } | { reason: string; waitMs: number }> {
    const { model, apiKey, dimensions, timeoutMs = 30_000 } = this.options
    let response: Response
    let body: unknown
    try {
      response = await fetch(this.url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(apiKey && { authorization: `Bearer ${apiKey}` }),
        },
        // An empty text is refused by some endpoints.
        body: JSON.stringify({
          model,
          input: texts.map((text) => text || " "),
          encoding_format: "float",
          ...(dimensions && { dimensions }),
        }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      body = await response.json().catch(() => undefined)
    } catch (error) {
      const { name, cause } = error as Error
      const reason = name === "TimeoutError" ? `no answer within ${timeoutMs} ms` : "it cannot be reached"
      const code = (cause as { code?: string } | undefined)?.code
      return { reason: code ? `${reason} (${code})` : reason, waitMs: 0 }
    }
    const { status } = response
    if (status === 408 || status === 429 || status >= 500)
      return { reason: `status ${status}`, waitMs: 1000 * (Number(response.headers.get("retry-after")) || 0) }
    if (!response.ok) throw this.wrong(`status ${status}${this.said(body)}`)
    return { vectors: this.vectorsOf(body, texts.length) }
  }

  /** The endpoint may send them in any order, each with its index. */
  private vectorsOf(body: unknown, count: number): Float32Array[] {
    const { data } = (body ?? {}) as { data?: { index?: number; embedding?: number[] }[] }
    const vectors: Float32Array[] = []
    if (Array.isArray(data))
      data.forEach(({ index, embedding }, i) => {
        if (Array.isArray(embedding)) vectors[index ?? i] = Float32Array.from(embedding)
      })
    const length = vectors[0]?.length
    for (let i = 0; i < count; i++) {
      if (!vectors[i] || vectors[i].length !== length || !vectors[i].every(Number.isFinite))
        throw this.wrong(`its answer holds no vector of numbers for each of ${count} texts`)
    }
    return vectors
  }

  /** What the endpoint says of an error, without the key, which some repeat. */
  private said(body: unknown): string {
    const message = (body as { error?: { message?: unknown } } | undefined)?.error?.message
    if (typeof message !== "string") return ""
    const { apiKey } = this.options
    return `: ${(apiKey ? message.replaceAll(apiKey, "***") : message).slice(0, 200)}`
  }

  private wrong(reason: string): PersonalizationError {
    return new PersonalizationError(
      "invalid_option",
      `option \`content.text\`: ${this.url} does not embed with the model "${this.options.model}": ${reason}; ` +
        "see to the address, the model's name and the key"
    )
  }

  private unavailable(reason: string): PersonalizationError {
    return new PersonalizationError("unavailable", `${this.url} does not embed texts now: ${reason}`)
  }
}
