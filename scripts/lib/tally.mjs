// Counts of passed, failed and skipped tests.
import { existsSync, readFileSync } from "node:fs"

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** @returns {Tally} */
export const emptyTally = () => ({ passed: 0, failed: 0, skipped: 0 })

/** @param {Tally[]} tallies @returns {Tally} */
export function sum(tallies) {
  const total = emptyTally()
  for (const tally of tallies) for (const key of Object.keys(total)) total[key] += tally[key]
  return total
}

/** A stage that is one test by itself. @param {boolean} passed @returns {Tally} */
export const single = (passed) => ({ ...emptyTally(), [passed ? "passed" : "failed"]: 1 })

/**
 * Reads Jest's `--json` report. A file that could not run at all counts as one failed test.
 * @param {string} file
 * @param {number} code exit code of Jest
 * @returns {Tally}
 */
export function jestTally(file, code) {
  if (!existsSync(file)) return single(false)
  const report = JSON.parse(readFileSync(file, "utf8"))
  const tally = {
    passed: report.numPassedTests,
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  }
  // A crash after the last test, an open handle, an empty selection: no test failed, but the stage did.
  const sound = code === 0 && tally.passed + tally.skipped > 0
  return tally.failed === 0 && !sound ? { ...tally, failed: 1 } : tally
}
