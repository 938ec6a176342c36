import { compareOffsets, SMALL_BATCH, type EventHistory } from "../../events"
import type { Clock, Logger, Metrics } from "../../lib"
import { Learner } from "./learner"
import type { LearnOptions } from "./adam"
import { OUTCOME_EVENTS, Outcomes, type PendingOutcome } from "./outcomes"
import type { RankerStore } from "./ranker-store.port"
import type { ShownLists } from "./shown-lists.port"

/** Lists learned from between two looks at what else is waiting. */
const SLICE = 20
/** Lists that are read from the record at once. */
const CHUNK = 200

export interface RankLearnerParts {
  history: Pick<EventHistory, "replay" | "head">
  lists: ShownLists
  store: RankerStore
  clock: Clock
  metrics: Metrics
  logger: Logger
  options: LearnOptions & {
    /** How long after a list was first seen its outcome is waited for, ms. */
    windowMs: number
    /** How often new lists are learned from, ms. */
    everyMs: number
  }
  /** Name of this process, among all that share the store. */
  owner: string
  /** Lets others go on between two slices of work. */
  pause(): Promise<void>
}

/**
 * Follows the log of events and learns from lists as their outcomes become whole. One process of a shop learns at a time;
 * when it is gone another takes over within three turns, at the list where the stored state stands. Lists that the one
 * before had learned and not yet stored are learned then, none twice.
 */
export class RankLearner {
  private learner: Learner | undefined
  private outcomes: Outcomes
  private revision = 0
  /** Events up to here are in `outcomes`. */
  private read: string | undefined
  private timer: ReturnType<typeof setTimeout> | undefined
  private running: Promise<number> | undefined
  private stopped = true

  constructor(private readonly parts: RankLearnerParts) {
    this.outcomes = new Outcomes(parts.options.windowMs)
  }

  start(): void {
    this.stopped = false
    this.schedule()
  }

  async stop(): Promise<void> {
    this.stopped = true
    clearTimeout(this.timer)
    await this.running?.catch(() => undefined)
  }

  /** One turn, after the one that runs. @returns lists learned from. @throws what the stores throw */
  async turn(): Promise<number> {
    while (this.running) await this.running.catch(() => undefined)
    this.running = this.learn().finally(() => (this.running = undefined))
    return this.running
  }

  private schedule(): void {
    if (this.stopped) return
    this.timer = setTimeout(() => {
      this.turn()
        .catch((error: Error) => {
          this.parts.metrics.count("rank_learning_failures_total")
          this.parts.logger.warn(`The ranker could not learn and tries again: ${error.message}`)
          this.learner = undefined
        })
        .finally(() => this.schedule())
    }, this.parts.options.everyMs)
    this.timer.unref()
  }

  private async learn(): Promise<number> {
    const { store, clock, options, owner, metrics } = this.parts
    if (!(await store.lease(owner, 3 * options.everyMs + 30_000))) {
      this.learner = undefined
      return 0
    }
    const learner = await this.current()
    await this.follow()
    const whole = this.outcomes.take(clock.now())
    if (whole.length === 0) return 0
    const learned = await this.learnFrom(learner, whole)
    const { oldest, takenUpTo } = this.outcomes
    const state = learner.save(
      { cursor: oldest ? before(oldest) : this.read, learned: takenUpTo },
      clock.now()
    )
    if (!(await store.save(state))) {
      this.learner = undefined
      return 0
    }
    this.revision = state.revision
    metrics.count("rank_lists_learned_total", {}, learned)
    return learned
  }

  /** The learner at the stored state, read anew when another process has stored one, as by a reset. */
  private async current(): Promise<Learner> {
    const { store, options } = this.parts
    if (this.learner && (await store.revision()) === this.revision) return this.learner
    const state = await store.load()
    this.learner = new Learner(state, options)
    this.revision = state?.revision ?? 0
    this.outcomes = new Outcomes(options.windowMs, state?.learned)
    this.read = state?.cursor
    return this.learner
  }

  private async follow(): Promise<void> {
    const { history, pause } = this.parts
    const head = await history.head()
    for await (const batch of history.replay({
      after: this.read,
      types: OUTCOME_EVENTS,
      batch: SMALL_BATCH,
    })) {
      for (const logged of batch) this.outcomes.add(logged)
      this.read = batch[batch.length - 1].offset
      await pause()
    }
    // Events of other types are not read again and again.
    if (head !== undefined && (this.read === undefined || compareOffsets(head, this.read) > 0))
      this.read = head
  }

  private async learnFrom(learner: Learner, whole: readonly PendingOutcome[]): Promise<number> {
    const { lists, pause, metrics } = this.parts
    let learned = 0
    for (let at = 0; at < whole.length; at += CHUNK) {
      const chunk = whole.slice(at, at + CHUNK)
      const shown = await lists.getMany(chunk.map(({ requestId }) => requestId))
      for (const [i, outcome] of chunk.entries()) {
        const list = shown.get(outcome.requestId)
        const example = list && this.outcomes.exampleOf(list, outcome)
        if (!example) continue
        metrics.observe("rank_list_loss", learner.learn(example), { placement: example.placement })
        learned++
        if (i % SLICE === SLICE - 1) await pause()
      }
    }
    return learned
  }
}

/** The place right before an offset, which is a whole number. */
const before = (offset: string): string => String(BigInt(offset) - 1n)
