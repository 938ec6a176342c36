import type { FastifyError, FastifyReply, FastifyRequest } from "fastify"
import { errorAnswer } from "../api/_lib/errors"
import { PersonalizationError } from "../services/lib"

const TYPES: Record<number, string> = { 400: "invalid_data", 404: "not_found", 429: "too_many_requests" }

/** A refusal of the server itself, before any route, in the words and the shape of Medusa's own middlewares. */
export class HttpError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    readonly type = TYPES[statusCode] ?? "unknown_error"
  ) {
    super(message)
    this.name = "HttpError"
  }
}

/** Fastify's words → those of Express's body parser, where a client may look for them. */
const MESSAGES: Record<string, string> = { FST_ERR_CTP_BODY_TOO_LARGE: "request entity too large" }

/** Answers any error: a route's own, the server's, or a fault of ours, which is logged and not told. */
export function answerError(
  error: FastifyError | HttpError | PersonalizationError,
  request: FastifyRequest,
  reply: FastifyReply
): FastifyReply {
  if (error instanceof PersonalizationError) {
    const { status, headers, body } = errorAnswer(error)
    // During an outage every request says so: the stack would say nothing more.
    if (status === 503) request.log.warn(error.message)
    else if (status >= 500) request.log.error({ err: error }, error.message)
    return reply
      .code(status)
      .headers({ ...headers })
      .send(body)
  }
  const { statusCode = 500 } = error
  if (statusCode >= 500) {
    request.log.error({ err: error }, error.message)
    const message = "An unknown error occurred."
    return reply.code(statusCode).send({ code: "unknown_error", type: "unknown_error", message })
  }
  const { type } = error instanceof HttpError ? error : new HttpError(statusCode, error.message)
  const message = (!(error instanceof HttpError) && MESSAGES[error.code]) || error.message
  return reply.code(statusCode).send({ message, type })
}
