import { readdirSync } from "node:fs"
import { join } from "node:path"
import { Client } from "pg"
import { DataSource, type Migration, type MigrationInterface } from "typeorm"

/** Beside `src` both in the repository and in the compiled package. */
const MIGRATIONS = join(__dirname, "..", "..", "..", "migrations")

export interface DatabaseOptions {
  url: string
  /** PostgreSQL schema of the plugin's tables. */
  schema: string
  poolSize: number
  /** `ssl` and the like, as the store gives it to its own driver. */
  driverOptions?: Record<string, unknown>
}

type MigrationClass = new () => MigrationInterface

/** Migrations by name: a glob would also find the declarations (`.d.ts`) of the compiled package. */
function migrations(): MigrationClass[] {
  const files = readdirSync(MIGRATIONS).filter(
    (file) => /^\d{13}-.*\.(js|ts)$/.test(file) && !file.endsWith(".d.ts")
  )
  return files.sort().flatMap((file) => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- which files there are is known only now
    const module = require(join(MIGRATIONS, file)) as Record<string, unknown>
    return Object.values(module).filter((value) => typeof value === "function") as MigrationClass[]
  })
}

/** TypeORM keeps its table of migrations in the schema, so the schema has to be there before. */
class PersonalizationDataSource extends DataSource {
  override async runMigrations(options?: Parameters<DataSource["runMigrations"]>[0]): Promise<Migration[]> {
    const schema = schemaOf(this)
    // Not `IF NOT EXISTS`: that demands the right to create schemas even where an administrator has made this one.
    const found = await this.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [schema])
    if (found.length === 0) await this.query(`CREATE SCHEMA "${schema}"`)
    return super.runMigrations(options)
  }
}

/**
 * A connection whose loss never ends the process. Between the pool's handing it out and TypeORM's taking it, nobody
 * listens to it, and Node ends on an `error` that nobody hears; the next statement on it says `not queryable`.
 *
 * @see https://node-postgres.com/apis/pool#error
 */
export class SteadyClient extends Client {
  constructor(config?: ConstructorParameters<typeof Client>[0]) {
    super(config)
    this.on("error", () => undefined)
  }
}

/** The plugin's own connection pool, not yet initialised. @see https://typeorm.io/docs/data-source/data-source */
export function createDataSource({ url, schema, poolSize, driverOptions }: DatabaseOptions): DataSource {
  // Medusa's driver options are knex's: what concerns the connection may lie one level deeper.
  const { connection, ...rest } = { ...driverOptions } as { connection?: Record<string, unknown> }
  return new PersonalizationDataSource({
    type: "postgres",
    url,
    schema,
    poolSize,
    // A database that has vanished without a word must be noticed: by keep-alive, and by a limit to waiting.
    extra: { keepAlive: true, ...rest, ...connection, Client: SteadyClient },
    connectTimeoutMS: 10_000,
    applicationName: "medusa-plugin-personalization",
    installExtensions: false,
    entities: [],
    migrations: migrations(),
    migrationsTableName: "migrations",
    migrationsTransactionMode: "each",
  })
}

/** Name of the schema that a data source works in. */
export const schemaOf = (dataSource: DataSource): string =>
  (dataSource.options as { schema?: string }).schema ?? "public"

/** Creates the schema if it is missing and runs what is pending; returns the names. */
export async function runMigrations(dataSource: DataSource): Promise<string[]> {
  const done = await dataSource.runMigrations({ transaction: "each" })
  return done.map(({ name }) => name)
}

/** Reverts the newest migration, or so many. */
export async function revertMigrations(dataSource: DataSource, times = 1): Promise<void> {
  for (let i = 0; i < times; i++) await dataSource.undoLastMigration({ transaction: "each" })
}
