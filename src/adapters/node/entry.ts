import { existsSync } from "node:fs"
import { join } from "node:path"

/** What `fork` and `new Worker` need in order to run a file of this package. */
export interface EntryPoint {
  /** Absolute path of the file. */
  file: string
  /** Node arguments that it needs. */
  execArgv: string[]
}

/**
 * Finds the entry of a worker thread or child process beside the caller, e.g. `entryPoint(__dirname, "worker")`:
 * the `.js` file in the compiled package, else the `.ts` source, run through tsx (only there in this repository).
 * @throws Error when neither file exists.
 */
export function entryPoint(directory: string, name: string): EntryPoint {
  const compiled = join(directory, `${name}.js`)
  if (existsSync(compiled)) return { file: compiled, execArgv: [] }
  const source = join(directory, `${name}.ts`)
  if (existsSync(source)) {
    // The hook for `require`, for a worker thread of Node 20 does not see the one that `--import tsx` registers; and
    // an absolute path, because the working directory of the host need not be this repository.
    return { file: source, execArgv: ["--require", require.resolve("tsx/cjs")] }
  }
  throw new Error(`Neither ${compiled} nor ${source} exists; the package is incomplete, install it anew.`)
}
