import { SingleBar } from "cli-progress"
import type { Command } from "commander"
import { compose } from "../modules/personalization/compose"
import { resolveOptions, type PersonalizationOptions } from "../modules/personalization/options"
import type { TrainingRun } from "../modules/personalization/training-runs"
import { PersonalizationError, silentLogger } from "../services/lib"

interface TrainFlags {
  databaseUrl?: string
  windowDays?: string
  models?: string
  search?: string
}

/**
 * The plugin's options as a store has them, with what the flags say in their place.
 * @param json the options as JSON; none: the defaults
 * @throws PersonalizationError `invalid_option`
 */
export function trainOptions(json: string | undefined, flags: TrainFlags = {}): PersonalizationOptions {
  const given = JSON.parse(json || "{}") as { training?: object }
  const training = {
    ...given.training,
    ...(flags.windowDays && { windowDays: Number(flags.windowDays) }),
    ...(flags.search && { searchTrials: Number(flags.search) }),
    ...(flags.models && { models: flags.models.split(",").map((name) => name.trim()) }),
  }
  return resolveOptions({ ...given, training })
}

/** Says on stderr how far a run is: a bar for people, a line for each stage where a program reads along. */
function follow(run: TrainingRun): () => void {
  const isShown = process.stderr.isTTY
  const bar = new SingleBar({ format: "training [{bar}] {percentage}% | {stage}", stream: process.stderr })
  if (isShown) bar.start(100, 0, { stage: "starting" })
  let said = ""
  const say = () => {
    const percent = Math.round(run.progress * 100)
    if (isShown) bar.update(percent, { stage: run.stage })
    else if (run.stage !== said) console.error(`training: ${percent} % | ${run.stage}`)
    said = run.stage
  }
  // Some stages are short, and a line that is missing would puzzle.
  const timer = setInterval(say, isShown ? 200 : 2)
  return () => {
    clearInterval(timer)
    say()
    bar.stop()
  }
}

async function trainOnce(flags: TrainFlags): Promise<void> {
  const url = flags.databaseUrl ?? process.env.DATABASE_URL
  if (!url)
    throw new PersonalizationError("invalid_option", "no database: give --database-url or set DATABASE_URL")
  const options = trainOptions(process.env.PERSONALIZATION_OPTIONS, flags)
  const { schema, poolSize } = options.postgres
  const engine = compose(options, { database: { url, schema, poolSize }, logger: silentLogger })
  const run = engine.training.start()
  const end = follow(run)
  try {
    await engine.training.idle()
  } finally {
    end()
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
    .option(
      "--search <trials>",
      "options to try of each model before (default: option `training.searchTrials`)"
    )
    .option("--models <names>", "models to train, comma-separated (default: option `training.models`)")
    .action(trainOnce)
}
