import { SingleBar } from "cli-progress"
import type { Command } from "commander"
import { compose } from "../modules/personalization/compose"
import { resolveOptions, type PersonalizationOptions } from "../modules/personalization/options"
import { PersonalizationError, silentLogger } from "../services/lib"

interface TrainFlags {
  databaseUrl?: string
  windowDays?: string
}

/**
 * The plugin's options as a store has them, with the days of history replaced when they are given.
 * @param json the options as JSON; none: the defaults
 * @throws PersonalizationError `invalid_option`
 */
export function trainOptions(json: string | undefined, windowDays?: string): PersonalizationOptions {
  const given = JSON.parse(json || "{}") as { training?: object }
  const training = { ...given.training, ...(windowDays && { windowDays: Number(windowDays) }) }
  return resolveOptions({ ...given, training })
}

async function trainOnce(flags: TrainFlags): Promise<void> {
  const url = flags.databaseUrl ?? process.env.DATABASE_URL
  if (!url)
    throw new PersonalizationError("invalid_option", "no database: give --database-url or set DATABASE_URL")
  const options = trainOptions(process.env.PERSONALIZATION_OPTIONS, flags.windowDays)
  const { schema, poolSize } = options.postgres
  const engine = compose(options, { database: { url, schema, poolSize }, logger: silentLogger })
  const bar = new SingleBar({ format: "training [{bar}] {percentage}% | {stage}", stream: process.stderr })
  bar.start(100, 0, { stage: "starting" })
  const run = engine.training.start()
  const timer = setInterval(() => bar.update(Math.round(run.progress * 100), { stage: run.stage }), 200)
  try {
    await engine.training.idle()
  } finally {
    clearInterval(timer)
    bar.update(Math.round(run.progress * 100), { stage: run.stage })
    bar.stop()
    await engine.stop()
  }
  if (run.error) throw new Error(`training ${run.status}: ${run.error.message}`)
  console.log(JSON.stringify(run, null, 2))
}

/** `medusa-personalization train`: one run, in a process of its own; running servers pick the new version up. */
export function registerTrain(program: Command): void {
  program
    .command("train")
    .description("train on the recorded history and promote the result if it is fit to serve")
    .option("--database-url <url>", "PostgreSQL of the store (default: DATABASE_URL)")
    .option("--window-days <days>", "days of history to learn from")
    .action(trainOnce)
}
