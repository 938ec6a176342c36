import type { Clock, Logger, Metrics, Scored } from "../lib"
import type { ShadowAnswer, TrialLog } from "./trial-log.port"

export interface ShadowAnswersParts {
  log: Pick<TrialLog, "record">
  /** Share of the questions that the version in shadow is asked as well. */
  sample: number
  clock: Clock
  logger: Logger
  metrics: Metrics
}

/** Products of an answer that are kept. */
const KEPT = 10
/** Questions, and answers to be written, that may wait; more are dropped. */
const WAITING = 10
const MOST = 1_000
const FLUSH_MS = 2_000

/** Asks the version in shadow after the shopper has got an answer, every so many times, and keeps what it said. */
export class ShadowAnswers {
  private questions = 0
  private waiting = 0
  private answers: ShadowAnswer[] = []
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly parts: ShadowAnswersParts) {}

  start(): void {
    this.timer ??= setInterval(() => void this.flush(), FLUSH_MS)
    this.timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.timer = undefined
    await this.flush()
  }

  /** @param ask the version in shadow; may throw */
  offer(
    names: Pick<ShadowAnswer, "version" | "live" | "model">,
    shown: readonly Scored[],
    ask: () => Scored[]
  ): void {
    const { sample, clock, metrics } = this.parts
    // Evenly, not by chance: the n-th question is taken when n·sample passes a whole number.
    this.questions++
    if (Math.floor(this.questions * sample) === Math.floor((this.questions - 1) * sample)) return
    if (this.waiting >= WAITING || this.answers.length >= MOST) {
      metrics.count("shadow_answers_dropped_total")
      return
    }
    this.waiting++
    const ids = (list: readonly Scored[]) => list.slice(0, KEPT).map(({ id }) => id)
    const answer: ShadowAnswer = { ...names, ts: clock.now(), shown: ids(shown), would: [] }
    setImmediate(() => {
      this.waiting--
      try {
        answer.would = ids(ask())
      } catch (error) {
        answer.failed = String(error).slice(0, 200)
      }
      this.answers.push(answer)
    })
  }

  private async flush(): Promise<void> {
    const answers = this.answers
    if (answers.length === 0) return
    this.answers = []
    try {
      await this.parts.log.record(answers)
    } catch (error) {
      this.parts.metrics.count("shadow_answers_dropped_total", {}, answers.length)
      this.parts.logger.debug(`${answers.length} shadow answers could not be written: ${String(error)}`)
    }
  }
}
