import type { Command } from "commander"
import { compose } from "../modules/personalization/compose"
import type { Engine } from "../modules/personalization/engine"
import { databaseTarget } from "../modules/personalization/platform"
import { FEATURES_GROUP } from "../services/features"
import { PersonalizationError, silentLogger } from "../services/lib"
import { roleSettings, type RoleFlags } from "./role-options"

interface DeadLetterFlags extends RoleFlags {
  group?: string
  limit: string
  replay?: string[]
  discard?: string[]
}

const MAX = 10_000

async function run(flags: DeadLetterFlags): Promise<void> {
  const { options, databaseUrl } = roleSettings(flags, process.env)
  const limit = Number(flags.limit)
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX)
    throw new PersonalizationError("invalid_option", `--limit: must be a whole number from 1 to ${MAX}`)
  const database = databaseTarget(options, { clientUrl: databaseUrl }, {})
  const engine = compose(options, { database, logger: silentLogger, consume: false })
  try {
    await engine.consume()
    console.log(JSON.stringify(await answer(engine, flags, limit), null, 2))
  } finally {
    await engine.stop()
  }
}

async function answer(engine: Engine, flags: DeadLetterFlags, limit: number): Promise<unknown> {
  const { deadLetters, options } = engine
  const idsOf = async (given: readonly string[]) => {
    if (!given.includes("all")) return given
    return (await deadLetters.list({ group: flags.group, limit })).map(({ id }) => id)
  }
  if (flags.discard) return { discarded: await deadLetters.discard(await idsOf(flags.discard)) }
  if (!flags.replay) return deadLetters.list({ group: flags.group, limit })
  const ids = await idsOf(flags.replay)
  const letters = options.redisUrl ? [] : await deadLetters.list({ limit: MAX })
  // Without Redis the features are in the memory of Medusa's own processes, which this one is not.
  const away = new Set(letters.filter(({ group }) => group === FEATURES_GROUP).map(({ id }) => id))
  const { replayed, failed } = await deadLetters.replay(ids.filter((id) => !away.has(id)))
  const elsewhere = ids
    .filter((id) => away.has(id))
    .map((id) => ({
      id,
      error:
        "the features are in Medusa's memory: replay it by POST /admin/personalization/dead-letters/replay",
    }))
  return { replayed, failed: [...failed, ...elsewhere] }
}

/** `medusa-personalization dead-letters`: what could not be handled or was refused, and the way back for it. */
export function registerDeadLetters(program: Command): void {
  program
    .command("dead-letters")
    .description(
      "list, replay or discard events that could not be handled, and refused ones (group `ingest`)"
    )
    .option("--group <name>", "features, archive or ingest (default: all)")
    .option("--limit <count>", "how many at most, newest first", "50")
    .option("--replay <ids...>", "hand these to their group again, or `all` of those listed")
    .option("--discard <ids...>", "throw these away, or `all` of those listed")
    .option("--config <file>", "JSON file with settings and the plugin's options")
    .option("--database-url <url>", "PostgreSQL of the store (default: DATABASE_URL)")
    .action(run)
}
