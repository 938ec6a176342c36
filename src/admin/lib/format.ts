/** The dashboard's language code (`enGB`) as the browser's formatters want it (`en-GB`). */
export function localeOf(language: string): string {
  const tag = language.replace(/^([a-z]{2,3})([A-Z]{2})$/, "$1-$2")
  try {
    return Intl.getCanonicalLocales(tag)[0] ?? "en"
  } catch {
    return "en"
  }
}

/** Formatters for one language. Times are ms since the epoch. */
export interface Format {
  number(value: number): string
  /** A metric or a score: three decimals. */
  score(value: number): string
  /** A share as percent, without a sign: 0.25 → 25%. */
  percent(share: number): string
  /** A relative change with its sign: 1.96 → +196%; small ones with one decimal. */
  change(share: number): string
  time(ms: number): string
  dateTime(ms: number): string
  /** Several things in one sentence: a, b, c. */
  list(parts: readonly string[]): string
  /** A span: 850 ms, 8.2 sec, 3.5 min. */
  duration(ms: number): string
}

const UNITS = [
  { from: 3_600_000, unit: "hour" },
  { from: 60_000, unit: "minute" },
  { from: 1_000, unit: "second" },
  { from: 1, unit: "millisecond" },
] as const

export function createFormat(language: string): Format {
  const locale = localeOf(language)
  const number = new Intl.NumberFormat(locale)
  const score = new Intl.NumberFormat(locale, { minimumFractionDigits: 3, maximumFractionDigits: 3 })
  const percent = new Intl.NumberFormat(locale, { style: "percent" })
  const change = (digits: number) =>
    new Intl.NumberFormat(locale, {
      style: "percent",
      signDisplay: "exceptZero",
      maximumFractionDigits: digits,
    })
  const [coarse, fine] = [change(0), change(1)]
  const time = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit" })
  const dateTime = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" })
  const list = new Intl.ListFormat(locale, { type: "unit" })
  return {
    number: (value) => number.format(value),
    score: (value) => score.format(value),
    percent: (share) => percent.format(share),
    change: (share) => (Math.abs(share) < 0.1 ? fine : coarse).format(share),
    time: (ms) => time.format(ms),
    dateTime: (ms) => dateTime.format(ms),
    list: (parts) => list.format(parts),
    duration(ms) {
      const { from, unit } = UNITS.find((candidate) => ms >= candidate.from) ?? UNITS[3]
      const options = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 } as const
      return new Intl.NumberFormat(locale, options).format(ms / from)
    },
  }
}
