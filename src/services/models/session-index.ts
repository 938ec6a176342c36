import { Column, groupRows, type Artifact } from "../lib"
import { ItemTable } from "./item-table"
import type { FitContext } from "./model"
import type { Interactions } from "./training-data"

/** What an item's rarity is counted in; see `idfMode` of the session models. */
export type RarityCount = "pairs" | "interactions"

/**
 * Sessions by item and items by session, numbered by the end of the session: a higher number is more recent. New
 * sessions, of new items too, are appended in the time that they have items.
 * Memory: 8 bytes per (session, item) pair, 4 per session, 16 per item; 8 more per inserted pair.
 */
export class SessionIndex {
  items = new ItemTable([])
  /** Of every item the sessions that a fit found, newest first, at most `most`. */
  private itemStart: Int32Array = new Int32Array(1)
  private itemSessions: Int32Array = new Int32Array(0)
  /** Of an item the sessions inserted since, newest last. */
  private readonly inserted = new Map<number, number[]>()
  /** Distinct items of a session, in order of their first appearance. */
  private sessionEnd: Column<Int32Array> = new Column(Int32Array, 16)
  private sessionItems: Column<Int32Array> = new Column(Int32Array, 16)
  private counts: Column<Int32Array> = new Column(Int32Array, 16)
  private logCounts: Column<Float64Array> = new Column(Float64Array, 16)
  private total = 0
  private logTotal = 0

  constructor(
    private readonly most: number,
    private readonly rarity: RarityCount
  ) {}

  get sessions(): number {
    return this.sessionEnd.length
  }

  fit({ itemIds, item, sessionStart }: Interactions, context: FitContext): void {
    const size = itemIds.length
    const sessions = sessionStart.length - 1
    this.items = new ItemTable(itemIds)
    this.inserted.clear()
    this.sessionEnd = new Column(Int32Array, sessions)
    this.sessionItems = new Column(Int32Array, item.length)
    const counts = new Int32Array(size)
    const seenIn = new Int32Array(size).fill(-1)
    for (let session = 0; session < sessions; session++) {
      if ((session & 65_535) === 0) context.checkCancelled()
      for (let row = sessionStart[session]; row < sessionStart[session + 1]; row++) {
        const isNew = seenIn[item[row]] !== session
        if (isNew || this.rarity === "interactions") counts[item[row]]++
        if (!isNew) continue
        seenIn[item[row]] = session
        this.sessionItems.push(item[row])
      }
      this.sessionEnd.push(this.sessionItems.length)
    }
    context.progress(0.5)
    this.total = this.rarity === "pairs" ? this.sessionItems.length : sessions
    this.count(counts)
    this.post(size, sessions)
  }

  /** Appends a session as the most recent one. Items that are not known yet are from now on. */
  insert(ids: readonly string[]): void {
    const session = this.sessions
    const numbers = ids.map((id) => this.items.add(id))
    for (const item of numbers) {
      while (this.counts.length <= item) {
        this.counts.push(0)
        this.logCounts.push(0)
      }
    }
    const distinct = new Set(numbers)
    for (const item of this.rarity === "pairs" ? distinct : numbers) {
      this.counts.set(item, this.counts.get(item) + 1)
      this.logCounts.set(item, Math.log(this.counts.get(item)))
    }
    for (const item of distinct) {
      this.sessionItems.push(item)
      const sessions = this.inserted.get(item)
      if (sessions) sessions.push(session)
      else this.inserted.set(item, [session])
    }
    this.sessionEnd.push(this.sessionItems.length)
    this.total += this.rarity === "pairs" ? distinct.size : 1
    this.logTotal = Math.log(this.total)
  }

  /** How many sessions of an item can be walked. */
  postings(item: number): number {
    const fitted = item + 1 < this.itemStart.length ? this.itemStart[item + 1] - this.itemStart[item] : 0
    return Math.min(this.most, fitted + (this.inserted.get(item)?.length ?? 0))
  }

  /** The item's session at a place, 0 = the newest. */
  posting(item: number, place: number): number {
    const inserted = this.inserted.size > 0 ? this.inserted.get(item) : undefined
    if (!inserted) return this.itemSessions[this.itemStart[item] + place]
    if (place < inserted.length) return inserted[inserted.length - 1 - place]
    return this.itemSessions[this.itemStart[item] + place - inserted.length]
  }

  /** Row where a session's items begin. */
  begin(session: number): number {
    return session === 0 ? 0 : this.sessionEnd.get(session - 1)
  }

  end(session: number): number {
    return this.sessionEnd.get(session)
  }

  itemAt(row: number): number {
    return this.sessionItems.get(row)
  }

  /** ln(total / occurrences); kept above 0, for an item that everybody sees would else never be found. */
  idf(item: number): number {
    return Math.max(1e-3, this.logTotal - this.logCounts.get(item))
  }

  save(): Artifact {
    const sessions = this.sessions
    // Postings anew, with what was inserted.
    this.post(this.items.size, sessions)
    return {
      meta: { total: this.total },
      arrays: {
        items: this.items.pack(),
        itemStart: this.itemStart,
        itemSessions: this.itemSessions,
        sessionEnd: this.sessionEnd.toArray(),
        sessionItems: this.sessionItems.toArray(),
        counts: this.counts.toArray(),
      },
    }
  }

  load({ meta, arrays }: Artifact): void {
    this.items = ItemTable.unpack(arrays.items)
    this.itemStart = arrays.itemStart as Int32Array
    this.itemSessions = arrays.itemSessions as Int32Array
    this.inserted.clear()
    this.sessionEnd = Column.of(arrays.sessionEnd as Int32Array)
    this.sessionItems = Column.of(arrays.sessionItems as Int32Array)
    this.total = meta.total as number
    this.count(arrays.counts as Int32Array)
  }

  private count(counts: Int32Array): void {
    this.counts = Column.of(counts)
    this.logCounts = Column.of(Float64Array.from(counts, (count) => (count > 0 ? Math.log(count) : Infinity)))
    this.logTotal = Math.log(Math.max(1, this.total))
  }

  /** Fills the postings from the sessions. */
  private post(size: number, sessions: number): void {
    const rows = this.sessionItems.toArray()
    const sessionOf = new Int32Array(rows.length)
    for (let session = 0; session < sessions; session++)
      sessionOf.fill(session, this.begin(session), this.end(session))
    const byItem = groupRows(rows, size)
    this.itemStart = new Int32Array(size + 1)
    for (let item = 0; item < size; item++) {
      const count = byItem.start[item + 1] - byItem.start[item]
      this.itemStart[item + 1] = this.itemStart[item] + Math.min(count, this.most)
    }
    this.itemSessions = new Int32Array(this.itemStart[size])
    for (let item = 0; item < size; item++) {
      let from = byItem.start[item + 1] - 1
      for (let at = this.itemStart[item]; at < this.itemStart[item + 1]; at++) {
        this.itemSessions[at] = sessionOf[byItem.rows[from--]]
      }
    }
    this.inserted.clear()
  }
}
