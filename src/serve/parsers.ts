import { parse as parseForm } from "node:querystring"
import type { FastifyInstance } from "fastify"
import { HttpError } from "./http-error"

/** JSON as Medusa's body parser takes it: an object or an array, and nothing is an empty object. */
export function parseJson(text: string): unknown {
  const json = text.replace(/^\ufeff/, "")
  if (json === "") return {}
  if (!/^[ \t\n\r]*[[{]/.test(json)) throw new HttpError(400, "The body is not JSON: it must be an object")
  try {
    return JSON.parse(json)
  } catch (error) {
    throw new HttpError(400, `The body is not JSON: ${(error as Error).message}`)
  }
}

/** Takes bodies as Medusa's routes do: JSON, text, forms; any other is left unread. */
export function addParsers(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addHook("preParsing", async ({ headers }) => {
    const { "content-encoding": encoding, "content-type": type = "" } = headers
    if (encoding && encoding !== "identity") {
      throw new HttpError(415, `unsupported content encoding "${encoding.slice(0, 40)}"`)
    }
    const charset = /;\s*charset="?([\w-]+)/i.exec(type)?.[1]
    if (charset && !/^utf-?8$/i.test(charset)) {
      throw new HttpError(415, `unsupported charset "${charset.slice(0, 40).toUpperCase()}"`)
    }
  })
  const text = { parseAs: "string" as const }
  app.addContentTypeParser("application/json", text, async (_: unknown, body: string | Buffer) =>
    parseJson(String(body))
  )
  app.addContentTypeParser("text/plain", text, async (_: unknown, body: string | Buffer) => String(body))
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    text,
    async (_: unknown, body: string | Buffer) => ({ ...parseForm(String(body)) })
  )
  app.addContentTypeParser("*", async (_: unknown, payload: NodeJS.ReadableStream) => {
    payload.resume()
    return {}
  })
}
