import type { Command } from "commander"
import { databaseTarget } from "../modules/personalization/platform"
import { postgresStorage, type Storage } from "../modules/personalization/storage"
import { noMetrics, silentLogger, systemClock } from "../services/lib"
import { ModelRegistry, type ModelVersion } from "../services/models"
import { roleSettings, type RoleFlags } from "./role-options"

const LISTED = 20

/** Works on the store's model versions and prints what comes of it. */
async function onVersions(flags: RoleFlags, work: (storage: Storage) => Promise<unknown>): Promise<void> {
  const { options, databaseUrl } = roleSettings(flags, process.env)
  const target = databaseTarget(options, { clientUrl: databaseUrl }, {})
  const storage = postgresStorage(target, { clock: systemClock, logger: silentLogger, metrics: noMetrics })
  await storage.open()
  try {
    console.log(JSON.stringify(await work(storage), null, 2))
  } finally {
    await storage.close()
  }
}

const brief = ({
  version,
  status,
  createdAt,
  models,
  window,
  reason,
  leftOut,
  notes,
  steps,
}: ModelVersion) => ({
  version,
  status,
  created: new Date(createdAt).toISOString(),
  models,
  events: window.events,
  reason,
  leftOut,
  notes,
  steps,
})

/** `medusa-personalization models`: which versions there are, and the way back. All running processes follow. */
export function registerModels(program: Command): void {
  const models = program
    .command("models")
    .description("list model versions, go back to one, see one in shadow")
  const command = (name: string, description: string) =>
    models
      .command(name)
      .description(description)
      .option("--config <file>", "JSON file with settings and the plugin's options")
      .option("--database-url <url>", "PostgreSQL of the store (default: DATABASE_URL)")
  command("list", `the newest ${LISTED} versions`).action((flags: RoleFlags) =>
    onVersions(flags, async ({ models: store }) => (await store.list(LISTED)).map(brief))
  )
  command(
    "rollback [version]",
    "make a version live; without one: end a canary, else go back to the version that was live before"
  ).action((version: string | undefined, flags: RoleFlags) =>
    onVersions(flags, async ({ models: store }) => {
      const registry = new ModelRegistry(store, { logger: silentLogger, metrics: noMetrics })
      return brief(await registry.rollback(version))
    })
  )
  command("shadow <version>", "what a version in shadow would have shown").action(
    (version: string, flags: RoleFlags) =>
      onVersions(flags, async ({ trials }) => ({
        summary: await trials.summary(version, 0),
        answers: await trials.answers(version, LISTED),
      }))
  )
}
