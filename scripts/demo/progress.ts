/** Lines that begin with this are progress for `scripts/start.mjs`, among the log lines of Medusa. */
const MARK = "@demo "

/** Tells the parent what is being done. `done` and `total` are counts of whatever the step handles. */
export function report(step: string, done?: number, total?: number): void {
  process.stdout.write(`${MARK}${JSON.stringify({ step, done, total })}\n`)
}
