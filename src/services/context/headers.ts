/** Request headers with lower-case names, as node and every framework on it hand them over. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** The first value of a header, or undefined. */
export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === "string" ? value : value?.[0]
}
