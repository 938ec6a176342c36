/** Names that files use and Intl does not know. */
const ALIASES: Readonly<Record<string, string>> = {
  uk: "GB",
  usa: "US",
  uae: "AE",
  rsa: "ZA",
  eire: "IE",
  "czech republic": "CZ",
  "hong kong": "HK",
  korea: "KR",
  turkey: "TR",
}

let byName: Map<string, string> | undefined

/** English names of all regions, out of the runtime's own Unicode data. */
function names(): Map<string, string> {
  if (byName) return byName
  byName = new Map(Object.entries(ALIASES))
  const english = new Intl.DisplayNames("en", { type: "region", fallback: "none" })
  for (let a = 65; a <= 90; a++)
    for (let b = 65; b <= 90; b++) {
      const code = String.fromCharCode(a, b)
      // Withdrawn codes carry their successor's name: DD is called Germany, too.
      if (new Intl.Locale(`und-${code}`).region !== code) continue
      const name = english.of(code)?.toLowerCase()
      if (name && !byName.has(name)) byName.set(name, code)
    }
  return byName
}

/** ISO 3166-1 alpha-2 code of a code or English name; undefined when it is neither. */
export function countryCode(text: string | undefined): string | undefined {
  if (!text) return undefined
  if (/^[a-z]{2}$/i.test(text) && text.toLowerCase() !== "uk") return text.toUpperCase()
  return names().get(text.toLowerCase())
}
