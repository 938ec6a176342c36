// Jest with what the tests need: a throwaway PostgreSQL, vm modules, and no telemetry from Medusa.
// `node scripts/jest.mjs --selectProjects unit src/services/models`
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { guarded } from "./lib/guard.mjs"

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..")

// No test is about time: on a busy machine the default of five seconds would make each one such a test.
const patience = "--testTimeout=60000"
const jest = [
  process.execPath,
  join(ROOT, "node_modules/jest/bin/jest.js"),
  patience,
  ...process.argv.slice(2),
]
const database = [process.execPath, join(ROOT, "scripts/lib/postgres.mjs"), "run", "--"]
const [command, ...args] = process.env.PERSONALIZATION_TEST_DATABASE_URL ? jest : [...database, ...jest]

const child = guarded(command, args, {
  cwd: ROOT,
  stdout: "inherit",
  stderr: "inherit",
  env: {
    ...process.env,
    NODE_ENV: "test",
    // Medusa's loaders import ES modules from within Jest's sandbox.
    NODE_OPTIONS:
      `${process.env.NODE_OPTIONS ?? ""} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim(),
    MEDUSA_DISABLE_TELEMETRY: "true",
  },
})
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.stop())
process.exit(await child.exited)
