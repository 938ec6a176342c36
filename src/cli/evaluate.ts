import { mkdir, writeFile } from "node:fs/promises"
import { basename, dirname, resolve } from "node:path"
import { Command, InvalidArgumentError, Option } from "commander"
import { detectDataset } from "../adapters/datasets"
import { nodeParallel } from "../adapters/node"
import { trainerOpener } from "../modules/personalization/compose-trainer"
import { PersonalizationError, silentLogger } from "../services/lib"
import { cascade, evaluate, split, toTrainingData, type Protocol } from "../services/measurement"
import { MODELS, type ModelDefinition } from "../services/models"
import { htmlReport } from "./evaluate-html"
import { pickByValidation } from "./evaluate-pick"
import { PredictionFiles } from "./evaluate-predictions"
import { printReport, type EvaluationReport } from "./evaluate-report"

interface Flags {
  data: string
  protocol?: Protocol
  models: string
  baseline: string
  option: Record<string, Record<string, unknown>>
  k: number
  seed: number
  testShare: number
  json?: string
  html?: string
  predictions?: string
}

/** Adds `evaluate` to the command line. */
export function registerEvaluate(program: Command): void {
  program
    .command("evaluate")
    .description("measure the models on a data set: temporal split, full ranking, ties against the target")
    .requiredOption("--data <folder>", "folder with the data set; its shape is told from the files in it")
    .addOption(
      new Option("--protocol <name>", "how questions are made; default: the one that fits the files").choices(
        ["next-item", "leave-one-out", "temporal", "basket"]
      )
    )
    .option("--models <names>", "models to measure, comma-separated, or `all`", "all")
    .option(
      "--baseline <names>",
      "what the others are compared with; a+b: what b names behind a's",
      "popularity"
    )
    .option(
      "--option <model.name=value>",
      "an option of a model, e.g. vmis-knn.m=500; repeatable",
      collectOption,
      {}
    )
    .option("--k <number>", "length of the lists", positiveInteger, 20)
    .option("--seed <number>", "seed of training, draws and bootstrap", positiveInteger, 1)
    .option("--test-share <share>", "newest share held out where the files bring no test set", share, 0.1)
    .option("--json <file>", "write the report as JSON")
    .option("--html <file>", "write the report as a page")
    .option("--predictions <file>", "write the ranked ids of every example, tab-separated, one line each")
    .action(async (flags: Flags) => {
      await runEvaluate(flags, (line) => process.stdout.write(`${line}\n`))
    })
}

/**
 * Measures models on a data folder and writes the reports asked for.
 * @throws PersonalizationError `invalid_input`, `invalid_option`
 */
export async function runEvaluate(flags: Flags, print: (line: string) => void): Promise<EvaluationReport> {
  const { reader, files } = await detectDataset(flags.data)
  const protocol = flags.protocol ?? reader.protocols[0]
  if (!reader.protocols.includes(protocol)) {
    throw new PersonalizationError(
      "invalid_input",
      `protocol: data of shape ${reader.shape} can be measured by ${reader.protocols.join(", ")}, not by ${protocol}`
    )
  }
  const definitions = chosenModels(flags.models, Object.keys(flags.option))
  print(`Reading ${flags.data} as ${reader.shape}, protocol ${protocol}`)
  const data = await reader.read(flags.data, files)
  const { train, examples } = split(data, protocol, { testShare: flags.testShare, seed: flags.seed })
  const trainingData = toTrainingData(train, data.products)
  print(
    `${train.length} training sessions, ${trainingData.interactions.item.length} interactions, ${examples.length} examples`
  )
  const models = definitions.map(({ name, create }) => create(flags.option[name]))
  if (!models.some(({ name }) => name === flags.baseline)) {
    models.unshift(cascade(flags.baseline.split("+").map(modelNamed), flags.option))
  }
  const log: string[] = []
  const tell = (message: string) => {
    log.push(message)
    print(message)
  }
  const logger = { ...silentLogger, info: tell, warn: tell }
  const fit = { logger, trainer: trainerOpener(logger), parallel: nodeParallel() }
  const main = flags.predictions
    ? await pickByValidation(definitions, flags.option, trainingData, flags.seed, fit)
    : undefined
  const predictions = flags.predictions
    ? new PredictionFiles(
        flags.predictions,
        models.map(({ name }) => name)
      )
    : undefined
  const results = await evaluate(models, trainingData, examples, {
    k: flags.k,
    seed: flags.seed,
    baseline: flags.baseline,
    memory: () => process.memoryUsage.rss(),
    now: () => performance.now() / 1000,
    processor: processorSeconds,
    fit,
    onModel: (name) => print(`  ${name} …`),
    onList: (name, list) => predictions?.add(name, list),
  })
  const report: EvaluationReport = {
    data: { folder: basename(resolve(flags.data)), shape: reader.shape, notes: data.notes },
    protocol,
    k: flags.k,
    seed: flags.seed,
    train: {
      sessions: train.length,
      interactions: trainingData.interactions.item.length,
      items: trainingData.interactions.itemIds.length,
    },
    examples: examples.length,
    baseline: flags.baseline,
    options: flags.option,
    log,
    results,
  }
  printReport(report, print)
  if (predictions && main) {
    for (const line of await predictions.write(main)) print(line)
  }
  if (flags.json) await save(flags.json, `${JSON.stringify(report, null, 2)}\n`)
  if (flags.html) await save(flags.html, htmlReport(report))
  return report
}

function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

async function save(file: string, text: string): Promise<void> {
  await mkdir(dirname(resolve(file)), { recursive: true })
  await writeFile(file, text)
}

/** The models asked for in registry order, popularity always first. */
function chosenModels(names: string, optioned: readonly string[]) {
  const wanted =
    names === "all" ? MODELS.map(({ name }) => name) : names.split(",").map((name) => name.trim())
  for (const name of [...wanted, ...optioned]) modelNamed(name)
  return MODELS.filter(({ name }) => name === "popularity" || wanted.includes(name))
}

function modelNamed(name: string): ModelDefinition {
  const found = MODELS.find((model) => model.name === name)
  if (found) return found
  throw new PersonalizationError(
    "invalid_input",
    `models: there is no "${name}"; there are ${MODELS.map((model) => model.name).join(", ")}`
  )
}

function collectOption(text: string, before: Flags["option"]): Flags["option"] {
  const match = /^([a-z][\w-]*)\.(\w+)=(.*)$/.exec(text)
  if (!match) throw new InvalidArgumentError("write it as model.name=value, e.g. vmis-knn.m=500")
  const [, model, name, value] = match
  return { ...before, [model]: { ...before[model], [name]: value } }
}

function positiveInteger(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError("must be a whole number above 0")
  return value
}

function share(text: string): number {
  const value = Number(text)
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError("must lie between 0 and 1")
  return value
}

if (require.main === module) {
  const program = new Command("medusa-personalization")
  registerEvaluate(program)
  program.parseAsync().catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof PersonalizationError ? error.message : String((error as Error).stack)}\n`
    )
    process.exitCode = 1
  })
}
