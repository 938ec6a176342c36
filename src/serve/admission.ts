/** While connections come, so many turns hear the next one each before a request is started. */
const TURNS_OF_RUSH = 8

export interface AdmissionOptions {
  /** Requests waiting and under way at most. */
  maxInFlight: number
  /** While the first in line has waited longer, ms, nobody joins it. */
  maxWaitMs: number
  /** Milliseconds that only go up. */
  now(): number
}

/** Why a request is not taken. */
export type Refusal = "in_flight" | "wait"

interface Waiting {
  since: number
  start(): void
}

/**
 * Decides over a request before any work on it. What comes in faster than it can be worked on stands in a line whose
 * wait is bounded: an early no costs less than a late answer, and those who are taken get theirs in time. The wait says
 * more than a length, for lists and batches of events cost different times (Maurer: Fail at Scale, ACM Queue 13(8),
 * 2015).
 *
 * One request is started in each turn of the event loop, and fewer while connections come: libuv accepts one connection
 * a turn, and refusals wait for the turn's end, so that turns full of work would leave a rush unheard for longer than
 * shoppers wait.
 */
export class Admission {
  private readonly line: Waiting[] = []
  private inFlight = 0
  /** One has been started in this turn. */
  private busy = false
  /** A connection has come in this turn. */
  private connected = false
  private turns = 0

  constructor(private readonly options: AdmissionOptions) {}

  /** Calls `start` now or in a later turn, after which `leave` is owed; or says why not. */
  enter(start: () => void): Refusal | undefined {
    const { maxInFlight, maxWaitMs, now } = this.options
    if (this.inFlight >= maxInFlight) return "in_flight"
    const since = now()
    if (this.line.length > 0 && since - this.line[0].since > maxWaitMs) return "wait"
    this.inFlight++
    this.line.push({ since, start })
    this.advance()
    return undefined
  }

  leave(): void {
    this.inFlight--
  }

  /** To be told of every new connection. */
  connection(): void {
    this.connected = true
  }

  private advance(): void {
    const first = this.busy ? undefined : this.line.shift()
    if (!first) return
    this.busy = true
    setImmediate(this.turn)
    first.start()
  }

  private readonly turn = (): void => {
    if (this.connected && this.turns < TURNS_OF_RUSH) {
      this.connected = false
      this.turns++
      setImmediate(this.turn)
      return
    }
    this.turns = 0
    this.busy = false
    this.advance()
  }
}
