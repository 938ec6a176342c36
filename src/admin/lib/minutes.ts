export interface Minute {
  /** ms since the epoch of the minute's start */
  start: number
  count: number
  /** The minute is not over: its count still grows. */
  open: boolean
  /** Far above the others, as an import makes it: drawn up to the axis' end and no further. */
  cut: boolean
}

export interface MinuteSeries {
  minutes: Minute[]
  total: number
  /** Top of the axis: the least round number that is not below any count that is not cut; at least 1. */
  ceiling: number
}

const MINUTE = 60_000
// An import stores in a minute what shoppers do in days: on one axis with it, they would not be seen.
const OUTLIER = 20

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
  const starts = Array.from({ length }, (_, index) => last - length + 1 + index)
  const shown = starts.map((start) => counts.get(start) ?? 0)
  const limit = OUTLIER * median(shown.filter((count) => count > 0))
  const minutes = starts.map((start, index) => {
    const count = shown[index]!
    return { start: start * MINUTE, count, open: start === last, cut: count > limit }
  })
  const ordinary = minutes.filter(({ cut }) => !cut).map(({ count }) => count)
  return {
    minutes,
    total: shown.reduce((sum, count) => sum + count, 0),
    ceiling: roundUp(Math.max(0, ...ordinary)),
  }
}

/** The middle of the values, the lower one of two; 0 of none. */
function median(values: readonly number[]): number {
  const ascending = [...values].sort((a, b) => a - b)
  return ascending[Math.floor((ascending.length - 1) / 2)] ?? 0
}

/** The least number of one digit and zeros (7 and 9 aside) that is not below `value`. */
export function roundUp(value: number): number {
  for (let power = 1; ; power *= 10) {
    const step = [1, 2, 3, 4, 5, 6, 8].find((factor) => factor * power >= value)
    if (step !== undefined) return step * power
  }
}
