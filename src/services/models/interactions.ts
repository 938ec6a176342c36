import { Column, groupRows } from "../lib"
import type { Interactions } from "./training-data"

/** One interaction before it is put in order. Numbers index the string lists of `InteractionColumns`. */
export interface InteractionRow {
  item: number
  /** −1 = unknown */
  user: number
  session: number
  /** Seconds since the epoch. */
  ts: number
  /** Index into KINDS. */
  kind: number
  /** −1 = unknown */
  country?: number
  /** 0 = unknown */
  device?: number
}

/** Interactions as they arrive, in growing columns (30 bytes a row). */
export class InteractionColumns {
  private readonly columns = {
    item: new Column(Int32Array),
    user: new Column(Int32Array),
    session: new Column(Int32Array),
    ts: new Column(Float64Array),
    kind: new Column(Uint8Array),
    country: new Column(Int32Array),
    device: new Column(Uint8Array),
  }

  get length(): number {
    return this.columns.item.length
  }

  push(row: InteractionRow): void {
    this.columns.item.push(row.item)
    this.columns.user.push(row.user)
    this.columns.session.push(row.session)
    this.columns.ts.push(row.ts)
    this.columns.kind.push(row.kind)
    this.columns.country.push(row.country ?? -1)
    this.columns.device.push(row.device ?? 0)
  }

  /** The numbers in a column, in the order of arrival: valid until the next change. */
  numbers(column: "item" | "user" | "session"): Int32Array {
    return this.columns[column].view()
  }

  /** Who took what when in which visit, in the order of arrival: valid until the next change. */
  rows() {
    const { item, user, session, ts } = this.columns
    return { item: item.view(), user: user.view(), session: session.view(), ts: ts.view() }
  }

  /** Time of the oldest row, in seconds. */
  oldest(): number {
    return this.columns.ts.view().reduce((oldest, ts) => Math.min(oldest, ts), Infinity)
  }

  /** Gives the items, users or sessions other numbers: `numbers[old] = new`. */
  renumber(column: "item" | "user" | "session", numbers: Int32Array): void {
    const view = this.columns[column].view()
    for (let row = 0; row < view.length; row++) if (view[row] >= 0) view[row] = numbers[view[row]]
  }

  /** Keeps the rows that are marked with a 1, in their order. */
  keep(marks: Uint8Array): void {
    for (const column of Object.values(this.columns)) {
      let to = 0
      for (let row = 0; row < marks.length; row++) if (marks[row] === 1) column.set(to++, column.get(row))
      column.truncate(to)
    }
  }

  /**
   * The rows ordered by (session, ts), sessions renumbered from 0 by the time of their last event; rows of equal
   * time keep the order in which they arrived. Needs another 24 bytes a row and 20 a session meanwhile.
   */
  build(itemIds: string[], userIds: string[], countries: string[] = []): Interactions {
    const { item, user, kind, country, device } = this.columns
    const ts = this.columns.ts.view()
    const { renumbered, sessions } = this.sessionsByEnd()
    const { start, rows: sorted } = groupRows(renumbered, sessions)
    for (let session = 0; session < sessions; session++) {
      const rows = sorted.subarray(start[session], start[session + 1])
      if (!isOrdered(rows, ts)) rows.sort((a, b) => ts[a] - ts[b] || a - b)
    }
    const take = <A extends Int32Array | Float64Array | Uint8Array>(column: Column<A>, target: A): A => {
      for (let at = 0; at < sorted.length; at++) target[at] = column.get(sorted[at])
      return target
    }
    const size = this.length
    return {
      itemIds,
      userIds,
      item: take(item, new Int32Array(size)),
      user: take(user, new Int32Array(size)),
      session: sorted.map((row) => renumbered[row]),
      ts: take(this.columns.ts, new Float64Array(size)),
      kind: take(kind, new Uint8Array(size)),
      sessionStart: start,
      ...(countries.length > 0 && { countries, country: take(country, new Int32Array(size)) }),
      ...(device.view().some((code) => code > 0) && { device: take(device, new Uint8Array(size)) }),
    }
  }

  /** Each row's session, numbered by the time of its last event, and how many sessions there are. */
  private sessionsByEnd(): { renumbered: Int32Array; sessions: number } {
    const session = this.columns.session.view()
    const ts = this.columns.ts.view()
    const ends = new Float64Array(session.reduce((most, number) => Math.max(most, number + 1), 0)).fill(
      -Infinity
    )
    for (let row = 0; row < session.length; row++) ends[session[row]] = Math.max(ends[session[row]], ts[row])
    const order = Int32Array.from(ends.keys()).filter((number) => ends[number] > -Infinity)
    order.sort((a, b) => ends[a] - ends[b] || a - b)
    const numbers = new Int32Array(ends.length)
    for (let number = 0; number < order.length; number++) numbers[order[number]] = number
    return { renumbered: session.map((number) => numbers[number]), sessions: order.length }
  }
}

/** Rows of one session are in the order of their arrival, which is mostly that of their times. */
function isOrdered(rows: Int32Array, ts: Float64Array): boolean {
  for (let at = 1; at < rows.length; at++) if (ts[rows[at]] < ts[rows[at - 1]]) return false
  return true
}

/** Numbers strings in the order in which they first appear. */
export class Numbering {
  names: string[] = []
  private numbers = new Map<string, number>()

  of(name: string): number {
    let number = this.numbers.get(name)
    if (number === undefined) {
      number = this.names.length
      this.numbers.set(name, number)
      this.names.push(name)
    }
    return number
  }

  /** Gives every number its new one, from 0 without gaps and in the same order; −1 forgets the name. */
  renumber(numbers: Int32Array): void {
    this.names = this.names.filter((_, number) => numbers[number] >= 0)
    this.numbers = new Map(this.names.map((name, number) => [name, number]))
  }
}
