import { learn, LEARN_DEFAULTS, type LearnOptions } from "./adam"
import { choiceOf } from "./choice"
import type { RankExample } from "./example"
import { Stack, type SavedStack } from "./stack"
import { Weights, type SavedWeights } from "./weights"

/** All that a learned ranker knows, as it is kept. Plain JSON. */
export interface RankerState {
  /** Grows with every save. */
  revision: number
  /** Weights that have earned their place; absent: the fixed blend's. */
  promoted?: SavedWeights
  /** Trees on top of whichever weights serve; learned with the promoted ones. */
  stack?: SavedStack
  /** Weights that follow the shoppers; absent: as promoted. */
  online?: SavedWeights
  /** Their means over the last lists, in the order of their names. */
  average?: number[]
  /** Lists learned from since the last reset, and those of them with an outcome. */
  lists: number
  taken: number
  guard: Comparison
  /** Times the guard has sent the online weights back. */
  drifts: number
  /** Where the log of events is to be read on. */
  cursor?: string
  /** Place of the first event of the list that was learned last; lists are learned in the order of these. */
  learned?: string
  /** ms since the epoch */
  updatedAt: number
}

/** Loss of the online weights' means less that of the promoted ones on lists neither had seen, faded. */
export interface Comparison {
  /** Lists that count, faded. */
  lists: number
  mean: number
  /** Of the differences. */
  variance: number
}

export const EMPTY_STATE: RankerState = {
  revision: 0,
  lists: 0,
  taken: 0,
  guard: { lists: 0, mean: 0, variance: 0 },
  drifts: 0,
  updatedAt: 0,
}

/** Lists that a comparison remembers: so many make up its mean. */
const MEMORY = 1_000
/** Lists that the online weights' means go back over. */
const AVERAGED = 1_000
/** Lists with an outcome before the online weights may serve. */
const ENOUGH = 100
/** Standard errors that make a difference significant. */
const CLEARLY = 3

/**
 * Learns from lists one after the other, and watches itself: each list is foretold by the online and by the promoted
 * weights before it is learned from (prequential evaluation, Gama et al. 2013). Online weights that are clearly worse than
 * the promoted ones have drifted, and begin again from them. What serves are the means of the online weights over the last
 * lists (Polyak & Juditsky 1992): each list shakes the weights themselves.
 */
export class Learner {
  private promoted: Weights
  private online: Weights
  private average: Weights
  private state: RankerState

  constructor(
    state: RankerState = EMPTY_STATE,
    private readonly options: LearnOptions = LEARN_DEFAULTS
  ) {
    this.state = structuredClone(state)
    this.promoted = state.promoted ? Weights.load(state.promoted) : new Weights()
    const { online, average } = state
    this.online = online ? Weights.load(online) : this.copyOfPromoted()
    this.average = online
      ? Weights.load({ ...online, values: average ?? online.values })
      : this.copyOfPromoted()
  }

  /** @returns the online weights' loss before the list was learned */
  learn(example: RankExample): number {
    const { promoted, online, average, options } = this
    const lossOf = (weights: Weights) => choiceOf(weights, example, options.debias).loss
    const gained = lossOf(average) - lossOf(promoted)
    const loss = learn(online, promoted, example, options)
    this.state.lists++
    average.follow(online, 1 / Math.min(this.state.lists, AVERAGED))
    if (example.gain.some((gain) => gain > 0)) this.state.taken++
    this.state.guard = compared(this.state.guard, gained)
    if (this.drifted()) {
      this.beginAgain()
      this.state.guard = { lists: 0, mean: 0, variance: 0 }
      this.state.drifts++
    }
    return loss
  }

  /** The weights that should make lists now; undefined: the fixed blend should. */
  get best(): Weights | undefined {
    const { serves } = this
    return serves === "online" ? this.average : serves === "promoted" ? this.promoted : undefined
  }

  /** Which weights should make lists now. */
  get serves(): "fixed" | "online" | "promoted" {
    const { guard, taken, promoted } = this.state
    if (taken >= ENOUGH && guard.lists > 0 && guard.mean < 0) return "online"
    return promoted ? "promoted" : "fixed"
  }

  /** Trees that add to what the weights say. */
  get stack(): Stack | undefined {
    return this.state.stack && Stack.load(this.state.stack)
  }

  /** Forgets what was learned online; `whole`: what was promoted as well. */
  reset(whole = false): void {
    if (whole) {
      this.promoted = new Weights()
      delete this.state.promoted
      delete this.state.stack
    }
    this.beginAgain()
    Object.assign(this.state, { lists: 0, taken: 0, guard: { lists: 0, mean: 0, variance: 0 } })
  }

  /** Makes these weights the ones to fall back on; online learning begins again from them. */
  promote(weights: Weights, stack?: Stack): void {
    this.promoted = weights
    this.state.promoted = weights.save()
    this.state.stack = stack?.save()
    if (!stack) delete this.state.stack
    this.reset()
  }

  /** @param read how far the log is read and learned; left out: as before */
  save(read: Pick<RankerState, "cursor" | "learned">, now: number): RankerState {
    const { state } = this
    Object.assign(state, {
      revision: state.revision + 1,
      online: this.online.save(),
      average: this.average.save().values,
      updatedAt: now,
      ...read,
    })
    return structuredClone(state)
  }

  private beginAgain(): void {
    this.online = this.copyOfPromoted()
    this.average = this.copyOfPromoted()
  }

  private copyOfPromoted(): Weights {
    const copy = Weights.load(this.promoted.save())
    for (const column of [copy.mean, copy.square, copy.steps]) column.fill(0)
    return copy
  }

  private drifted(): boolean {
    const { lists, mean, variance } = this.state.guard
    return lists > ENOUGH && mean > CLEARLY * Math.sqrt(variance / lists)
  }
}

function compared({ lists, mean, variance }: Comparison, difference: number): Comparison {
  const count = Math.min(lists + 1, MEMORY)
  const share = 1 / count
  const off = difference - mean
  return {
    lists: count,
    mean: mean + share * off,
    variance: (1 - share) * (variance + share * off * off),
  }
}
