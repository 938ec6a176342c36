import { PersonalizationError } from "../../services/lib"
import { resolveOptions, type PersonalizationOptions } from "./options"

/** What Medusa adds to a module's options for its migrations. */
interface SharedDatabase {
  clientUrl?: string
  driverOptions?: Record<string, unknown>
}

/** The two slices of Medusa's container that name the store's database. */
export interface PlatformCradle {
  __pg_connection__?: { client?: { config?: { connection?: { connectionString?: string } } } }
  configModule?: {
    projectConfig?: { databaseUrl?: string; databaseDriverOptions?: Record<string, unknown> }
  }
}

export interface DatabaseTarget {
  url: string
  schema: string
  poolSize: number
  /** `ssl` and the like, as the store gives it to its own driver. */
  driverOptions?: Record<string, unknown>
}

/** Medusa writes its own `database` beside a module's options; it is not ours to validate. */
export function splitOptions(input: unknown): { options: PersonalizationOptions; shared?: SharedDatabase } {
  const { database, ...rest } = (input ?? {}) as { database?: SharedDatabase }
  return { options: resolveOptions(rest), shared: database }
}

/** Where the plugin's tables live: its own option first, else the store's database. */
export function databaseTarget(
  options: PersonalizationOptions,
  shared: SharedDatabase | undefined,
  cradle: PlatformCradle
): DatabaseTarget {
  const config = cradle.configModule?.projectConfig
  const url =
    options.postgres.url ??
    shared?.clientUrl ??
    cradle.__pg_connection__?.client?.config?.connection?.connectionString ??
    config?.databaseUrl
  if (!url) {
    throw new PersonalizationError(
      "invalid_option",
      "medusa-plugin-personalization: no database. Set projectConfig.databaseUrl of the store or option `postgres.url`."
    )
  }
  return {
    url,
    schema: options.postgres.schema,
    poolSize: options.postgres.poolSize,
    driverOptions: options.postgres.url
      ? undefined
      : (shared?.driverOptions ?? config?.databaseDriverOptions),
  }
}
