import { lookup as resolve, type LookupAddress } from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import { isIP, type LookupFunction } from "node:net"
import { PersonalizationError } from "../../services/lib"
import type { PictureSource } from "../../services/models"
import { isPrivateAddress } from "./private-networks"

export interface PictureFetcherOptions {
  /**
   * Hosts (`name` or `name:port`) that may be asked even though they lie in a private network: the shop's own file server.
   */
  allowedHosts?: readonly string[]
  /** From the first byte asked to the last one received, redirects included. Default 5,000. */
  timeoutMs?: number
  /** Default 8 MB. */
  maxBytes?: number
}

const MAX_REDIRECTS = 3

/**
 * Fetches pictures by http(s). A catalogue's addresses may be anybody's, so none may lead into the network behind this
 * machine: names are resolved here, every address that they have is checked, and the connection goes to the one that was
 * checked, at every redirect anew.
 */
export class PictureFetcher implements PictureSource {
  private readonly allowed: ReadonlySet<string>
  private readonly timeoutMs: number
  private readonly maxBytes: number

  constructor(options: PictureFetcherOptions = {}) {
    this.allowed = new Set((options.allowedHosts ?? []).map((host) => host.toLowerCase()))
    this.timeoutMs = options.timeoutMs ?? 5_000
    this.maxBytes = options.maxBytes ?? 8 * 2 ** 20
  }

  async fetch(address: string): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(this.timeoutMs)
    let url = parse(address)
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const answer = await this.request(url, signal)
      if (answer instanceof Uint8Array) return answer
      url = parse(answer.location, url)
    }
    throw refused(url, `more than ${MAX_REDIRECTS} redirects`)
  }

  /** The body, or where it has moved to. */
  private request(url: URL, signal: AbortSignal): Promise<Uint8Array | { location: string }> {
    const trusted = this.allowed.has(url.host.toLowerCase()) || this.allowed.has(url.hostname.toLowerCase())
    // A literal address is never looked up.
    const literal = url.hostname.replace(/^\[|\]$/g, "")
    if (!trusted && isIP(literal) !== 0 && isPrivateAddress(literal)) throw notAllowed(url)
    return new Promise((fulfil, reject) => {
      const fail = (cause: Error) =>
        reject(
          cause instanceof PersonalizationError
            ? cause
            : refused(url, signal.aborted ? `no answer within ${this.timeoutMs} ms` : cause.message, cause)
        )
      const request = (url.protocol === "https:" ? https : http).get(
        url,
        {
          signal,
          // A connection kept from an earlier request would be taken without a look at its address.
          agent: false,
          lookup: trusted ? undefined : publicOnly(url),
          headers: { accept: "image/*", "user-agent": "medusa-plugin-personalization" },
        },
        (response) => {
          const { statusCode = 0, headers } = response
          response.on("error", fail)
          if (statusCode >= 300 && statusCode < 400 && headers.location) {
            response.resume()
            fulfil({ location: headers.location })
            return
          }
          if (statusCode !== 200) {
            request.destroy(refused(url, `status ${statusCode}`))
            return
          }
          const chunks: Buffer[] = []
          let bytes = 0
          response.on("data", (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes > this.maxBytes) request.destroy(refused(url, `more than ${this.maxBytes} bytes`))
            else chunks.push(chunk)
          })
          response.on("end", () => fulfil(Buffer.concat(chunks)))
        }
      )
      request.on("error", fail)
    })
  }
}

/** Resolves a name as usual, and fails when any of its addresses is private. */
function publicOnly(url: URL): LookupFunction {
  return (host, options, done) => {
    resolve(host, { ...options, all: true }, (error, found) => {
      const addresses = found as LookupAddress[] | undefined
      if (error) return done(error, "", 4)
      if (!addresses?.length || addresses.some(({ address }) => isPrivateAddress(address)))
        return done(notAllowed(url), "", 4)
      if (options.all) return done(null, addresses)
      done(null, addresses[0].address, addresses[0].family)
    })
  }
}

function parse(address: string, base?: URL): URL {
  let url: URL
  try {
    url = new URL(address, base)
  } catch (cause) {
    throw new PersonalizationError("invalid_input", `the picture's address "${address}" is not a URL`, {
      cause,
    })
  }
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new PersonalizationError("invalid_input", `a picture comes by http or https, not ${url.protocol}`)
  return url
}

function notAllowed(url: URL): PersonalizationError {
  return new PersonalizationError(
    "invalid_input",
    `the picture's host ${url.host} lies in a private network: allow it by the option \`content.imageHosts\` if it is the shop's own`
  )
}

function refused({ host, pathname }: URL, reason: string, cause?: unknown): PersonalizationError {
  return new PersonalizationError("unavailable", `the picture ${host}${pathname} cannot be had: ${reason}`, {
    cause,
  })
}
