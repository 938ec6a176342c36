/** Every error the plugin raises on purpose, by its stable code. The HTTP edge maps `status`. */
export const ERROR_TABLE = {
  invalid_input: { status: 400 },
  invalid_option: { status: 500 },
  not_found: { status: 404 },
  conflict: { status: 409 },
  overloaded: { status: 429 },
  missing_package: { status: 500 },
  missing_service: { status: 503 },
  unavailable: { status: 503 },
  corrupt_artifact: { status: 500 },
  nothing_to_train: { status: 422 },
  training_failed: { status: 500 },
  cancelled: { status: 409 },
} as const

export type ErrorCode = keyof typeof ERROR_TABLE

export interface FieldIssue {
  /** Dotted path of the offending field, e.g. `events.3.items.0.product_id`. */
  path: string
  message: string
}

/** An error with a stable code; the message names the field or option and the remedy. */
export class PersonalizationError extends Error {
  readonly code: ErrorCode
  readonly fields: readonly FieldIssue[]
  /** Seconds after which a retry makes sense; set with `overloaded`. */
  readonly retryAfter?: number

  constructor(
    code: ErrorCode,
    message: string,
    extra: { cause?: unknown; fields?: readonly FieldIssue[]; retryAfter?: number } = {}
  ) {
    super(message, { cause: extra.cause })
    this.name = "PersonalizationError"
    this.code = code
    this.fields = extra.fields ?? []
    this.retryAfter = extra.retryAfter
  }

  get status(): number {
    return ERROR_TABLE[this.code].status
  }
}
