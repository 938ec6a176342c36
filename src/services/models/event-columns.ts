import { subjectOf, type ShopEvent } from "../events"
import { KeyNumbers } from "../lib"
import { BasketColumns } from "./baskets"
import { joinVisits } from "./join-visits"
import { InteractionColumns, Numbering } from "./interactions"
import { DEVICES, type Baskets, type Interactions } from "./training-data"

export interface EventColumnsOptions {
  /** A visitor without session ids begins a new session after this pause, seconds. */
  sessionGap: number
  /** Newest interactions of a shopper that are kept; of a session, where the shopper is unknown. */
  maxPerShopper: number
}

/** Interactions left out so far. */
export interface LeftOut {
  /** Beyond the newest of a shopper. */
  beyond: number
  /** Oldest of all, for there was too much. */
  oldest: number
}

/**
 * Events of shoppers in columns, with the names of what they are about. Memory: 30 bytes an interaction, some 48 a
 * session or order, and the strings of items and users; `shrink` forgets with the interactions all that was theirs only.
 */
export class EventColumns {
  readonly left: LeftOut = { beyond: 0, oldest: 0 }
  private readonly columns = new InteractionColumns()
  private readonly baskets = new BasketColumns()
  private readonly items = new Numbering()
  private readonly users = new Numbering()
  private readonly sessions = new KeyNumbers()
  private readonly countries = new Numbering()
  /** Sessions of shoppers without session ids that may go on: by the user's number. */
  private open = new Map<number, { last: number; part: number }>()

  constructor(private readonly options: EventColumnsOptions) {}

  get length(): number {
    return this.columns.length
  }

  /** @param kind index into KINDS */
  add(event: ShopEvent, kind: number): void {
    const subject = subjectOf(event)
    const user = subject === undefined ? -1 : this.users.of(subject)
    const ts = event.ts / 1000
    const { country, device } = event.context
    const row = {
      user,
      session: this.sessionOf(event, subject, user, ts),
      ts,
      kind,
      country: country ? this.countries.of(country) : -1,
      device: device ? 1 + DEVICES.indexOf(device) : 0,
    }
    const items = event.items.map(({ product_id }) => this.items.of(product_id))
    for (const item of items) this.columns.push({ ...row, item })
    if (kind !== 2) return
    const order = event.properties?.order_id
    this.baskets.add(
      order === undefined ? `event:${event.event_id}` : `order:${String(order)}`,
      ts,
      items,
      user
    )
  }

  /** Forgets what is beyond the newest of a shopper, then the oldest of what is left, down to `most` interactions. */
  shrink(most: number): void {
    const marks = this.newestOfEach()
    let kept = marks.reduce((sum, mark) => sum + mark, 0)
    this.left.beyond += marks.length - kept
    for (let row = 0; kept > most; row++) {
      kept -= marks[row]
      this.left.oldest += marks[row]
      marks[row] = 0
    }
    if (kept < marks.length) this.columns.keep(marks)
    // Orders go with the interactions of their time.
    const oldest = this.left.oldest > 0 ? this.columns.oldest() : -Infinity
    this.baskets.drop(oldest, this.options.maxPerShopper)
    this.forget()
  }

  /** Visits to a single product are part of the shopper's visit beside them (`joinVisits`). */
  build(): { interactions: Interactions; baskets: Baskets } {
    const { columns } = this
    columns.renumber("session", joinVisits(columns.rows()))
    return {
      interactions: this.columns.build(this.items.names, this.users.names, this.countries.names),
      baskets: this.baskets.build(),
    }
  }

  /** The name a session carries, else the shopper's open one, else one of its own. */
  private sessionOf(event: ShopEvent, subject: string | undefined, user: number, ts: number): number {
    if (event.session_id) return this.sessions.of(`session:${event.session_id}`)
    if (subject === undefined) return this.sessions.of(`event:${event.event_id}`)
    const running = this.open.get(user)
    const part = running ? running.part + (ts - running.last > this.options.sessionGap ? 1 : 0) : 0
    this.open.set(user, { last: Math.max(ts, running?.last ?? ts), part })
    return this.sessions.of(`${subject}#${part}`)
  }

  /** Marks the rows to keep: 1. */
  private newestOfEach(): Uint8Array {
    const user = this.columns.numbers("user")
    const session = this.columns.numbers("session")
    const ofUser = new Int32Array(this.users.names.length)
    const ofSession = new Int32Array(this.sessions.size)
    const marks = new Uint8Array(user.length)
    for (let row = user.length - 1; row >= 0; row--) {
      const seen = user[row] >= 0 ? ++ofUser[user[row]] : ++ofSession[session[row]]
      if (seen <= this.options.maxPerShopper) marks[row] = 1
    }
    return marks
  }

  /** Names and numbers that no row needs any more. */
  private forget(): void {
    const { columns, baskets } = this
    const items = renumbering(this.items.names.length, columns.numbers("item"), baskets.items())
    const users = renumbering(this.users.names.length, columns.numbers("user"), baskets.buyers())
    const sessions = renumbering(this.sessions.size, columns.numbers("session"))
    columns.renumber("item", items)
    columns.renumber("user", users)
    columns.renumber("session", sessions)
    baskets.renumber(items, users)
    this.items.renumber(items)
    this.users.renumber(users)
    this.sessions.renumber(sessions)
    const open: typeof this.open = new Map()
    for (const [user, session] of this.open) if (users[user] >= 0) open.set(users[user], session)
    this.open = open
  }
}

/** New numbers, from 0 without gaps and in the old order, of those that occur; −1 for the others. */
function renumbering(count: number, ...used: readonly Int32Array[]): Int32Array {
  const numbers = new Int32Array(count).fill(-1)
  for (const column of used) for (const number of column) if (number >= 0) numbers[number] = 0
  let next = 0
  for (let number = 0; number < count; number++) if (numbers[number] === 0) numbers[number] = next++
  return numbers
}
