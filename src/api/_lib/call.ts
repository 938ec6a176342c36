import type { Headers } from "../../services/context"

/** One HTTP request as the routes see it, whichever server has taken it. */
export interface Call {
  headers: Headers
  query: unknown
  /** Parsed JSON, or the text of a body that says it is text. */
  body: unknown
  /** The client's address behind the one proxy that is trusted. */
  ip?: string
  /** Of a customer whose session or token the server has checked; a body or header can't claim to be one. */
  customerId?: string
  /** The publishable key, checked; none where the route needs none. */
  key?: string
  /** Channels of the publishable key. */
  salesChannelIds: readonly string[]
}

/** What a route answers. */
export interface Answer {
  status: number
  /** Sent as JSON. */
  body: object
  headers?: Readonly<Record<string, string>>
}

export const ok = (body: object): Answer => ({ status: 200, body })
