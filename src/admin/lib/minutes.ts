export interface Minute {
  /** ms since the epoch of the minute's start */
  start: number
  count: number
  /** The minute is not over: its count still grows. */
  open: boolean
}

export interface MinuteSeries {
  minutes: Minute[]
  total: number
  /** Top of the axis: the least round number that is not below any count; at least 1. */
  ceiling: number
}

const MINUTE = 60_000

/**
 * The last `length` minutes up to `now`, oldest first, with a zero where the server has no row.
 * Rows with an unreadable time or count are left out.
 */
export function minuteSeries(
  rows: readonly { minute: string; count: number }[],
  now: number,
  length = 60
): MinuteSeries {
  const counts = new Map<number, number>()
  for (const { minute, count } of rows) {
    const start = Math.floor(Date.parse(minute) / MINUTE)
    if (Number.isFinite(start) && Number.isFinite(count)) counts.set(start, (counts.get(start) ?? 0) + count)
  }
  // The server's clock may be ahead of the browser's: its newest minute must not fall off the end.
  const last = Math.max(Math.floor(now / MINUTE), ...counts.keys())
  const minutes = Array.from({ length }, (_, index) => {
    const start = last - length + 1 + index
    return { start: start * MINUTE, count: counts.get(start) ?? 0, open: start === last }
  })
  const total = minutes.reduce((sum, { count }) => sum + count, 0)
  return { minutes, total, ceiling: roundUp(Math.max(...minutes.map(({ count }) => count))) }
}

/** The least number of one digit and zeros (7 and 9 aside) that is not below `value`. */
export function roundUp(value: number): number {
  for (let power = 1; ; power *= 10) {
    const step = [1, 2, 3, 4, 5, 6, 8].find((factor) => factor * power >= value)
    if (step !== undefined) return step * power
  }
}
