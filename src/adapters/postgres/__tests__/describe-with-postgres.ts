import { randomBytes } from "node:crypto"
import type { DataSource } from "typeorm"
import { createDataSource, runMigrations } from "../data-source"

const url = process.env.PERSONALIZATION_TEST_DATABASE_URL
const MISSING =
  "PERSONALIZATION_TEST_DATABASE_URL is not set; `npm test` sets it, or use: node scripts/lib/postgres.mjs run -- <command>"

/**
 * Declares tests that need PostgreSQL: skipped where there is none, failed in CI.
 * @param declare is given a maker of data sources on one migrated schema that the test file has for itself
 */
export function describeWithPostgres(
  name: string,
  declare: (database: { url: string; open(): Promise<DataSource>; clear(): Promise<void> }) => void
): void {
  if (!url) {
    if (process.env.CI === "true") it(name, () => fail(MISSING))
    else it.skip(`${name}: ${MISSING}`, () => undefined)
    return
  }
  describe(name, () => {
    const schema = `test_${randomBytes(6).toString("hex")}`
    const opened = new Set<DataSource>()
    let own: DataSource
    const open = async () => {
      // The schema as the name of the application tells these connections from those of other tests.
      const driverOptions = { application_name: schema }
      const dataSource = await createDataSource({ url, schema, poolSize: 5, driverOptions }).initialize()
      opened.add(dataSource)
      return dataSource
    }
    const clear = async () => {
      const tables =
        "events, event_cursors, dead_letters, subjects, items, item_vectors, exposures, placements"
      const names =
        `${tables}, audits, rules, rankers, shadow_answers, model_version_artifacts, model_versions, model_artifacts`.split(
          ", "
        )
      await own.query(`TRUNCATE ${names.map((table) => `"${schema}"."${table}"`).join(", ")}`)
    }
    beforeAll(async () => {
      own = await open()
      await runMigrations(own)
    })
    afterAll(async () => {
      await own.query(`DROP SCHEMA "${schema}" CASCADE`)
      for (const dataSource of opened) if (dataSource.isInitialized) await dataSource.destroy()
    })
    declare({ url, open, clear })
  })
}

const fail = (message: string): never => {
  throw new Error(message)
}
