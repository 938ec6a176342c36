import { pairedBootstrap, Random, type Clock } from "../../lib"
import { drawOf } from "../draw"
import { guarded } from "../guarded"
import type { FitContext } from "../model"
import type { OptionsByModel, PlannedModel } from "../plan-models"
import { temporalFold } from "../temporal-split"
import type { TrainingData } from "../training-data"
import { basketExamples, mean, measure, nextItemExamples } from "../validation"
import type { Choice, SearchSpace } from "./space"
import { nextChoice, type Trial } from "./tpe"

export interface SearchOptions {
  /** Choices tried of each model. */
  trials: number
  /** Time for all models together; shared out evenly. */
  minutes: number
  /** Newest share of the sessions that choices are compared on. */
  share: number
  /** Options that are set by hand, and not searched. */
  fixed: OptionsByModel
  clock: Clock
}

/** What a search found of one model. */
export interface Found {
  /** The options that are clearly better than those before; {} when none are. */
  options: Choice
  trials: number
  /** nDCG@20 with the options before, and with the best found. */
  before: number
  best: number
}

/** Questions of each kind. */
const MOST = 1_000

/**
 * Searches each model's options on the newest part of `data`, which must not hold the sessions that the version is
 * judged by: options chosen there would look better than they are. Options change only for a clear gain.
 */
export async function searchOptions(
  planned: readonly PlannedModel[],
  data: TrainingData,
  options: SearchOptions,
  context: FitContext
): Promise<Map<string, Found>> {
  const fold = temporalFold(data, options.share)
  const asked = [nextItemExamples(fold, MOST), basketExamples(fold, MOST)].filter(({ length }) => length > 0)
  const count = asked.reduce((sum, { length }) => sum + length, 0)
  const units = asked.flatMap((examples, kind) => examples.map(({ unit }) => 2 * unit + kind))
  const found = new Map<string, Found>()
  const searched = planned.flatMap((model) => {
    const space = freeSpace(model, options.fixed)
    return space ? [{ model, space }] : []
  })
  const limitMs = (60_000 * options.minutes) / Math.max(1, searched.length)
  for (const [i, { model, space }] of searched.entries()) {
    const { name } = model.definition
    const told = { ...context, progress: (share: number) => context.progress((i + share) / searched.length) }
    const scored = async (choice: Choice): Promise<number[] | undefined> => {
      const done = await guarded(
        async (watched) => {
          const tried = model.definition.create({ ...model.options, ...choice })
          await tried.fit(fold.train, { ...watched, progress() {} })
          const kinds = asked.map((examples) => measure(tried, examples, 0, watched).perExample)
          // Each kind of question weighs the same, however many there are of it.
          return kinds.flatMap((kind) =>
            kind.map(({ ndcg }) => (ndcg * count) / (kinds.length * kind.length))
          )
        },
        told,
        { clock: options.clock, limitMs }
      )
      return "value" in done ? done.value : undefined
    }
    const result = await searchOne(name, space, scored, { ...options, limitMs, units }, told)
    if (result) found.set(name, result)
  }
  return found
}

async function searchOne(
  name: string,
  space: SearchSpace,
  scored: (choice: Choice) => Promise<number[] | undefined>,
  { trials: most, limitMs, units, clock }: SearchOptions & { limitMs: number; units: number[] },
  context: FitContext
): Promise<Found | undefined> {
  const begun = clock.now()
  const random = new Random(Math.floor(drawOf(`${name} ${context.seed}`) * 2 ** 31))
  const before = await scored({})
  if (!before) return undefined
  const trials: Trial[] = []
  let best = { options: {} as Choice, gains: before }
  while (trials.length < most && clock.now() - begun < limitMs) {
    context.checkCancelled()
    const choice = nextChoice(space, trials, random)
    const result = await scored(choice)
    trials.push({ choice, score: result ? mean(result) : -Infinity })
    if (result && mean(result) > mean(best.gains)) best = { options: choice, gains: result }
    context.progress(trials.length / most)
  }
  const gain = pairedBootstrap(best.gains, before, units, { seed: context.seed })
  return {
    options: gain.low > 0 ? best.options : {},
    trials: trials.length,
    before: mean(before),
    best: mean(best.gains),
  }
}

/** What may be searched of a model: nothing of one that is made of others, and no option that is set by hand. */
function freeSpace({ definition }: PlannedModel, fixed: OptionsByModel): SearchSpace | undefined {
  const entries = Object.entries(definition.search ?? {}).filter(
    ([option]) => !(option in (fixed[definition.name] ?? {}))
  )
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}
