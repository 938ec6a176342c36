import { createDataSource } from "../../adapters/postgres"
import type { Logger } from "../../services/lib"
import { databaseTarget, splitOptions, type PlatformCradle } from "./platform"

interface MigrationArguments {
  options?: unknown
  container?: { resolve(key: string, options: { allowUnregistered: boolean }): unknown }
  logger?: Logger
  /** When some are named, only these are reverted. */
  migrationNames?: string[]
}

async function withDataSource<T>(
  { options: input, container }: MigrationArguments,
  run: (dataSource: ReturnType<typeof createDataSource>) => Promise<T>
): Promise<T> {
  const { options, shared } = splitOptions(input)
  const resolve = (key: string) => container?.resolve(key, { allowUnregistered: true })
  const cradle = { __pg_connection__: resolve("__pg_connection__"), configModule: resolve("configModule") }
  const dataSource = createDataSource(databaseTarget(options, shared, cradle as PlatformCradle))
  await dataSource.initialize()
  try {
    return await run(dataSource)
  } finally {
    await dataSource.destroy()
  }
}

/** `medusa db:migrate`: runs what is pending and returns it. */
export async function runMigrations(args: MigrationArguments): Promise<{ name: string; path: string }[]> {
  return withDataSource(args, async (dataSource) => {
    const done = await dataSource.runMigrations({ transaction: "each" })
    for (const migration of done) args.logger?.info(`Personalization: migrated ${migration.name}`)
    return done.map(({ name }) => ({ name, path: name }))
  })
}

/** `medusa db:rollback personalization`: reverts the newest migration, or as many as are named. */
export async function revertMigration(args: MigrationArguments): Promise<void> {
  await withDataSource(args, async (dataSource) => {
    const times = args.migrationNames?.length ?? 1
    for (let i = 0; i < times; i++) await dataSource.undoLastMigration({ transaction: "each" })
  })
}

/** `medusa db:generate personalization`: the migrations are written by hand, see CONTRIBUTING. */
export async function generateMigration({ logger }: MigrationArguments): Promise<void> {
  logger?.info("Personalization: migrations are written by hand in migrations/; nothing was generated.")
}
