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

  /** Forgets the rows that arrived first. */
  dropFirst(rows: number): void {
    for (const column of Object.values(this.columns)) column.dropFirst(rows)
  }

  /**
   * The rows ordered by (session, ts), sessions renumbered from 0 by the time of their last event; rows of equal
   * time keep the order in which they arrived.
   */
  build(itemIds: string[], userIds: string[], countries: string[] = []): Interactions {
    const { session, ts } = this.columns
    const rows = Array.from({ length: this.length }, (_, row) => row)
    const ends = new Map<number, number>()
    for (const row of rows) {
      const end = ends.get(session.get(row))
      if (end === undefined || ts.get(row) > end) ends.set(session.get(row), ts.get(row))
    }
    const order = [...ends].sort(([a, endA], [b, endB]) => endA - endB || a - b)
    const numbers = new Map(order.map(([name], number) => [name, number]))
    const renumbered = Int32Array.from(rows, (row) => numbers.get(session.get(row))!)
    const grouped = groupRows(renumbered, order.length)
    const sorted = grouped.rows
    for (let s = 0; s < order.length; s++) {
      sorted.subarray(grouped.start[s], grouped.start[s + 1]).sort((a, b) => ts.get(a) - ts.get(b) || a - b)
    }
    const take = <A extends Int32Array | Float64Array | Uint8Array>(column: Column<A>, target: A): A => {
      sorted.forEach((row, at) => (target[at] = column.get(row)))
      return target
    }
    const { item, user, kind, country, device } = this.columns
    const size = this.length
    return {
      itemIds,
      userIds,
      item: take(item, new Int32Array(size)),
      user: take(user, new Int32Array(size)),
      session: Int32Array.from(sorted, (row) => renumbered[row]),
      ts: take(ts, new Float64Array(size)),
      kind: take(kind, new Uint8Array(size)),
      sessionStart: grouped.start,
      ...(countries.length > 0 && { countries, country: take(country, new Int32Array(size)) }),
      ...(device.toArray().some((code) => code > 0) && { device: take(device, new Uint8Array(size)) }),
    }
  }
}

/** Numbers strings in the order in which they first appear. */
export class Numbering {
  readonly names: string[] = []
  private readonly numbers = new Map<string, number>()

  of(name: string): number {
    let number = this.numbers.get(name)
    if (number === undefined) {
      number = this.names.length
      this.numbers.set(name, number)
      this.names.push(name)
    }
    return number
  }
}
