/** Origins by name or by pattern; none: browsers may call from the server's own origin only. */
export type CorsOrigins = readonly (string | RegExp)[]

/** Origins as Medusa's `storeCors` has them: separated by commas, and one between slashes is a regular expression. */
export function corsOrigins(text = ""): CorsOrigins {
  return text
    .split(",")
    .map((origin) => origin.trim())
    .filter((origin) => origin !== "")
    .map((origin) => {
      const [, pattern, flags] = /^\/(.+)\/([a-z]*)$/.exec(origin) ?? []
      return pattern === undefined ? origin : new RegExp(pattern, flags)
    })
}

/** @param origin as the browser says it */
export const mayCall = (origin: string, origins: CorsOrigins): boolean =>
  origins.some((allowed) => (typeof allowed === "string" ? allowed === origin : origin.search(allowed) >= 0))
