/** The command line of `npm start`. */
import { parseArgs } from "node:util"

export const USAGE = `npm start [-- options]

  --reset                 throw the demo's data away and begin anew
  --once                  bring everything up, check it over HTTP, stop it, and exit 0 or 1
  --no-trickle            no simulated shoppers while the demo runs
  --port <n>              port of the store and its admin (9000)
  --storefront-port <n>   port of the storefront (8000)
  --postgres-port <n>     port of the database (5442)
  --help                  this text
`

/**
 * @param {string[]} argv
 * @throws Error that says what is wrong with the command line
 */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      reset: { type: "boolean", default: false },
      once: { type: "boolean", default: false },
      "no-trickle": { type: "boolean", default: false },
      port: { type: "string", default: "9000" },
      "storefront-port": { type: "string", default: "8000" },
      "postgres-port": { type: "string", default: "5442" },
      help: { type: "boolean", default: false },
    },
  })
  const port = (name) => {
    const value = Number(values[name])
    if (!Number.isInteger(value) || value < 1 || value > 65_535) {
      throw new Error(`--${name} must be a port between 1 and 65535, not ${values[name]}`)
    }
    return value
  }
  const ports = [
    { what: "the store", option: "--port", port: port("port") },
    { what: "the storefront", option: "--storefront-port", port: port("storefront-port") },
    { what: "PostgreSQL", option: "--postgres-port", port: port("postgres-port") },
  ]
  for (const one of ports) {
    const other = ports.find((candidate) => candidate !== one && candidate.port === one.port)
    if (other) throw new Error(`${one.option} and ${other.option} are both ${one.port}; they must differ`)
  }
  return {
    reset: values.reset,
    once: values.once,
    trickle: !values["no-trickle"],
    help: values.help,
    port: ports[0].port,
    storefrontPort: ports[1].port,
    postgresPort: ports[2].port,
    ports,
  }
}
