/** While connections come, so many turns hear the next one each before a request is started. */
const TURNS_OF_RUSH = 8

/** Shoppers wait for lists; nobody waits for events to be taken. */
export type Kind = "list" | "events"

export interface AdmissionOptions {
  /** Requests waiting and under way at most, of each kind. */
  maxInFlight: number
  /** While the first in line has waited longer, ms, nobody joins it. */
  maxWaitMs: Readonly<Record<Kind, number>>
  /** Milliseconds that only go up. */
  now(): number
}

/** Why a request is not taken. */
export type Refusal = "in_flight" | "wait"

interface Line {
  readonly maxWaitMs: number
  readonly waiting: { since: number; start(): void }[]
  inFlight: number
}

/**
 * Decides over a request before any work on it. What comes in faster than it can be worked on stands in a line whose
 * wait is bounded: an early no costs less than a late answer, and those who are taken get theirs in time. The wait says
 * more than a length, for lists and batches of events cost different times (Maurer: Fail at Scale, ACM Queue 13(8),
 * 2015). Each kind has a line of its own and they are served in turn, so that a flood of one does not shut out the other.
 *
 * One request is started in each turn of the event loop, and fewer while connections come: libuv accepts one connection
 * a turn, and refusals wait for the turn's end, so that turns full of work would leave a rush unheard for longer than
 * shoppers wait.
 */
export class Admission {
  private readonly lines: Readonly<Record<Kind, Line>>
  private next: Kind = "list"
  /** A request has been started in this turn. */
  private busy = false
  /** A connection has come in this turn. */
  private connected = false
  private turns = 0

  constructor(private readonly options: AdmissionOptions) {
    const { list, events } = options.maxWaitMs
    this.lines = {
      list: { maxWaitMs: list, waiting: [], inFlight: 0 },
      events: { maxWaitMs: events, waiting: [], inFlight: 0 },
    }
  }

  /** Calls `start` now or in a later turn, after which `leave` is owed; or says why not. */
  enter(kind: Kind, start: () => void): Refusal | undefined {
    const line = this.lines[kind]
    if (line.inFlight >= this.options.maxInFlight) return "in_flight"
    const since = this.options.now()
    if (line.waiting.length > 0 && since - line.waiting[0].since > line.maxWaitMs) return "wait"
    line.inFlight++
    line.waiting.push({ since, start })
    this.advance()
    return undefined
  }

  leave(kind: Kind): void {
    this.lines[kind].inFlight--
  }

  /** To be told of every new connection. */
  connection(): void {
    this.connected = true
  }

  private advance(): void {
    const first = this.busy ? undefined : (this.take() ?? this.take())
    if (!first) return
    this.busy = true
    setImmediate(this.turn)
    first.start()
  }

  /** The first of the line whose turn it is. */
  private take() {
    const { waiting } = this.lines[this.next]
    this.next = this.next === "list" ? "events" : "list"
    return waiting.shift()
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
