import { readFileSync } from "node:fs"
import { z } from "zod"
import { resolveOptions, type PersonalizationOptions } from "../modules/personalization/options"
import { fieldIssues, PersonalizationError } from "../services/lib"

/** What the command line says; everything is a string there. */
export interface RoleFlags {
  config?: string
  databaseUrl?: string
  host?: string
  port?: string
  workers?: string
}

type Environment = Readonly<Record<string, string | undefined>>

const wholeNumber = (min: number, max: number) =>
  z.coerce.number(`must be a whole number from ${min} to ${max}`).int().min(min).max(max)

const schema = z.strictObject({
  databaseUrl: z
    .string("is needed: give --database-url or set DATABASE_URL")
    .regex(/^postgres(ql)?:\/\//, "must be postgres://…"),
  host: z.string().min(1).default("0.0.0.0"),
  port: wholeNumber(0, 65_535).default(9_100),
  /** Only `serve` heeds it. */
  workers: wholeNumber(1, 64).default(1),
  storeCors: z.string().optional(),
  jwtSecret: z.string().min(1).optional(),
  maxInFlight: wholeNumber(1, 100_000).default(200),
  drainSeconds: wholeNumber(0, 3_600).default(10),
  logLevel: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
  /** The plugin's options, as in medusa-config. */
  options: z.record(z.string(), z.unknown()).default({}),
})

/** What a process of its own is told: the role's settings, and the plugin's options checked. */
export type RoleSettings = Omit<z.output<typeof schema>, "options"> & { options: PersonalizationOptions }

/**
 * Settings of a role from the command line, else the environment, else the file of `--config`. The environment's
 * PERSONALIZATION_OPTIONS takes the place of the file's `options`; REDIS_URL and KAFKA_BROKERS go before both.
 * @throws PersonalizationError `invalid_option` that names each wrong setting
 */
export function roleSettings(flags: RoleFlags, env: Environment): RoleSettings {
  const file = flags.config === undefined ? {} : asObject(readFile(flags.config), flags.config)
  const set = {
    databaseUrl: flags.databaseUrl ?? env.DATABASE_URL,
    host: flags.host ?? env.HOST,
    port: flags.port ?? env.PORT,
    workers: flags.workers ?? env.WORKERS,
    storeCors: env.STORE_CORS,
    jwtSecret: env.JWT_SECRET,
    maxInFlight: env.MAX_IN_FLIGHT,
    drainSeconds: env.DRAIN_SECONDS,
    logLevel: env.LOG_LEVEL,
    options: env.PERSONALIZATION_OPTIONS && asObject(env.PERSONALIZATION_OPTIONS, "PERSONALIZATION_OPTIONS"),
  }
  const result = schema.safeParse({ ...file, ...given(set) })
  if (!result.success) {
    const fields = fieldIssues(result.error)
    const wrong = fields.map(({ path, message }) => `${path}: ${message}`).join("; ")
    throw new PersonalizationError("invalid_option", wrong, { fields, cause: result.error })
  }
  const shared = {
    redisUrl: env.REDIS_URL,
    kafkaBrokers: env.KAFKA_BROKERS?.split(",").map((broker) => broker.trim()),
  }
  return { ...result.data, options: resolveOptions({ ...result.data.options, ...given(shared) }) }
}

/** Only what is set: an empty variable says nothing. */
function given(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && value !== "" && String(value) !== "")
  )
}

function readFile(path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (cause) {
    const { message } = cause as Error
    throw new PersonalizationError("invalid_option", `--config: cannot be read: ${message}`, { cause })
  }
}

function asObject(json: string, where: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json)
    if (value && typeof value === "object" && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (cause) {
    const { message } = cause as Error
    throw new PersonalizationError("invalid_option", `${where}: is not JSON: ${message}`, { cause })
  }
  throw new PersonalizationError("invalid_option", `${where}: must be a JSON object`)
}
