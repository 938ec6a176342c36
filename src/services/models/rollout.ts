import type { Clock } from "../lib"
import type { ModelStore, ModelVersion, VersionStatus } from "./model-store.port"
import type { Outcomes, ShadowSummary, TrialLog } from "./trial-log.port"

/** The way of a version that is better than the live one. With all hours 0 it goes live at once. */
export interface RolloutOptions {
  /** Hours in which it answers beside the live version, seen by nobody. 0: not at all. */
  shadowHours: number
  /** Hours in which it serves `canaryShare` of the shoppers. 0: not at all. */
  canaryHours: number
}

const HOUR_MS = 3_600_000
/** Fewer answers, or lists, say nothing. */
const MIN_ANSWERS = 50
const MIN_LISTS = 200
/** A trial that has seen too little by then ends. */
const PATIENCE = 7
const MAX_FAILED = 0.01
const MAX_EMPTY = 0.1
/** One-sided 2.5 %. */
const CLEARLY = 1.96

export interface NextStep {
  status: Extract<VersionStatus, "shadow" | "canary" | "live" | "candidate" | "failed">
  reason: string
}

/** Where a version that may go live goes first. */
export function firstStep(hasLive: boolean, options: RolloutOptions, reason: string): NextStep {
  if (hasLive && options.shadowHours > 0) return { status: "shadow", reason }
  if (hasLive && options.canaryHours > 0) return { status: "canary", reason }
  return { status: "live", reason }
}

/** What the time in shadow says. @returns undefined: wait */
export function afterShadow(
  { answers, failed, empty, common }: ShadowSummary,
  hours: number,
  options: RolloutOptions
): NextStep | undefined {
  if (answers >= MIN_ANSWERS && failed > MAX_FAILED * answers)
    return { status: "failed", reason: `it failed in ${failed} of ${answers} shadow answers` }
  if (answers >= MIN_ANSWERS && empty > MAX_EMPTY * answers)
    return {
      status: "candidate",
      reason: `it named nothing in ${empty} of ${answers} shadow answers where the live version did`,
    }
  if (hours < options.shadowHours) return undefined
  if (answers < MIN_ANSWERS) return tooLittle(`${answers} shadow answers`, hours, options.shadowHours)
  const share = Math.round(100 * common)
  const reason = `${answers} shadow answers, ${failed} failed, ${share} % of the products as the live version`
  return { status: options.canaryHours > 0 ? "canary" : "live", reason }
}

/** What the time as canary says: it must not fall back more often, nor be clicked less, than the live version. */
export function afterCanary(
  canary: Outcomes,
  live: Outcomes,
  hours: number,
  options: RolloutOptions
): NextStep | undefined {
  const isEnough = canary.lists >= MIN_LISTS && live.lists >= MIN_LISTS
  const figures = (name: "clicked" | "fallbacks") =>
    `${percent(canary, name)} against ${percent(live, name)} of the live version, in ${canary.lists} lists`
  if (isEnough && zScore(canary, live, "fallbacks") > CLEARLY)
    return { status: "candidate", reason: `its lists fell back clearly more often: ${figures("fallbacks")}` }
  if (isEnough && zScore(canary, live, "clicked") < -CLEARLY)
    return { status: "candidate", reason: `its lists were clicked clearly less: ${figures("clicked")}` }
  if (hours < options.canaryHours) return undefined
  if (!isEnough) return tooLittle(`${canary.lists} lists`, hours, options.canaryHours)
  return { status: "live", reason: `its lists were not clicked clearly less: ${figures("clicked")}` }
}

/**
 * Moves the version on trial on, if it is time and the figures allow it. May be called by any process, at any time.
 * @returns what was done, or undefined
 */
export async function advanceTrial(
  models: ModelStore,
  log: TrialLog,
  options: RolloutOptions,
  clock: Clock
): Promise<(NextStep & { version: string }) | undefined> {
  const trial = await models.trial()
  if (!trial) return undefined
  const { version } = trial
  const since = enteredAt(trial)
  const hours = (clock.now() - since) / HOUR_MS
  const step =
    trial.status === "shadow"
      ? afterShadow(await log.summary(version, since), hours, options)
      : await afterCanaryOf(trial, since, hours)
  if (!step) return undefined
  await takeStep(models, version, step)
  return { version, ...step }

  async function afterCanaryOf(canary: ModelVersion, from: number, passed: number) {
    const live = await models.live()
    const outcomes = await log.outcomes([canary.version, ...(live ? [live.version] : [])], from)
    const of = (name?: string) => (name && outcomes.get(name)) || { lists: 0, fallbacks: 0, clicked: 0 }
    return afterCanary(of(canary.version), of(live?.version), passed, options)
  }
}

/** Takes a step. */
export async function takeStep(
  models: ModelStore,
  version: string,
  { status, reason }: NextStep
): Promise<void> {
  if (status === "live") await models.promote(version, reason)
  else await models.move(version, status, reason)
}

const enteredAt = ({ steps, status, createdAt }: ModelVersion): number =>
  steps?.findLast((step) => step.status === status)?.at ?? createdAt

function tooLittle(seen: string, hours: number, planned: number): NextStep | undefined {
  if (hours < PATIENCE * planned) return undefined
  return { status: "candidate", reason: `only ${seen} in ${Math.round(hours)} hours: too little to tell` }
}

const percent = (outcomes: Outcomes, name: "clicked" | "fallbacks"): string =>
  `${((100 * outcomes[name]) / outcomes.lists).toFixed(1)} %`

/** Of the difference of two shares, with the pooled variance. */
function zScore(a: Outcomes, b: Outcomes, name: "clicked" | "fallbacks"): number {
  const pooled = (a[name] + b[name]) / (a.lists + b.lists)
  const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / a.lists + 1 / b.lists))
  return deviation > 0 ? (a[name] / a.lists - b[name] / b.lists) / deviation : 0
}
