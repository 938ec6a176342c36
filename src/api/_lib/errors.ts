import type { PersonalizationError } from "../../services/lib"
import type { Answer } from "./call"

/** What a failed request answers. `fields` names each wrong field of a 400; otherwise it is empty. */
export interface ErrorBody {
  /** Medusa's name for the class of error, e.g. `invalid_data`. */
  type: string
  /** The plugin's stable code, a key of `ERROR_TABLE`. */
  code: string
  message: string
  fields: readonly { path: string; message: string }[]
}

const TYPE_BY_STATUS: Record<number, string> = {
  400: "invalid_data",
  404: "not_found",
  409: "conflict",
  422: "not_allowed",
  429: "too_many_requests",
  503: "unavailable",
}

/** A shopper learns that it failed; which option or package is missing is for the log and the admin. */
const UNAVAILABLE = "Personalization is not available at the moment. The server's log says why."

/**
 * The answer to an error that was raised on purpose, with `Retry-After` in whole seconds where a retry makes sense.
 * @param toAdmin whether the reason of a server's error may be told
 */
export function errorAnswer(error: PersonalizationError, toAdmin = false): Answer & { body: ErrorBody } {
  // What is away comes back: by itself it does not know when.
  const retryAfter = error.retryAfter ?? (error.status === 503 ? 1 : undefined)
  return {
    status: error.status,
    body: {
      type: TYPE_BY_STATUS[error.status] ?? "unexpected_state",
      code: error.code,
      message: error.status < 500 || toAdmin ? error.message : UNAVAILABLE,
      fields: error.fields,
    },
    headers:
      retryAfter === undefined
        ? {}
        : {
            "Retry-After": String(Math.ceil(retryAfter)),
            // Otherwise a storefront on another origin could not read it.
            "Access-Control-Expose-Headers": "Retry-After",
          },
  }
}
