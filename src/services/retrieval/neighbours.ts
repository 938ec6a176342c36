import { LRUCache } from "lru-cache"
import type { Scored } from "../lib"
import { Beside } from "./beside"
import { bestOf } from "./best-of"
import type { Weighted } from "./candidate-source"
import type { VectorIndex } from "./vector-index.port"
import type { VectorTable } from "./vector-table"
import { centreOf } from "./vectors"

/** Lists remembered: of 100 products each, about 100 MB. */
const REMEMBERED = 150_000
/** Neighbours that are looked at of the lightest product; of the others in proportion to their weights. */
const LEAST = 10
/** Of the time, the share that searches take which nobody waits for. */
const SHARE = 0.2
/** Products that change at once, from which on all is forgotten rather than mended. */
const MANY = 200

/** Rows of the nearest products, best first. */
interface List {
  rows: Int32Array
  /** There are no more. */
  all: boolean
  /** Of the table, when all of them were last known to be there. */
  removals: number
}

/**
 * The nearest products of a product, remembered: they are the same for every shopper, and a search costs more than all
 * else of a list. What is nearest to several is chosen out of the neighbours of each. Only for those of the heaviest one a
 * request waits; where others are not known yet the list does without, and they are looked for beside the requests. Where
 * a few products change, what is remembered is mended: their own neighbours are searched again, and they are put among
 * those of the products near them; lists that hold what has gone are searched again when they are asked for.
 */
export class Neighbours {
  private readonly lists: LRUCache<string, List>
  private readonly searching = new Map<string, Promise<List>>()
  /** Product → how many neighbours were wanted. */
  private readonly beside = new Beside<number>(
    SHARE,
    (id, k) => this.lookUp(id, k),
    () => this.index.together
  )
  /** Products whose vectors are new, and which are not yet among the neighbours of others. */
  private readonly moved = new Set<string>()
  /** Counts the changes of the index: what was searched before one is not remembered after it. */
  private changes = 0
  /** By row, whether it was met in the choice of this number. */
  private met = new Float64Array(0)
  private choices = 0
  /** Of the choice that is being made: what may be taken, and how near it is. */
  private rows = new Int32Array(0)
  private scores = new Float64Array(0)

  constructor(
    private readonly index: Pick<VectorIndex, "search" | "together">,
    private readonly table: VectorTable,
    /** Neighbours that are wanted most often; no search brings fewer. */
    private readonly usual = 0,
    max = REMEMBERED
  ) {
    this.lists = new LRUCache({ max })
  }

  /** Products whose neighbours are remembered. */
  get known(): number {
    return this.lists.size
  }

  /** See `Knowledge.nearest`. */
  nearest(products: readonly Weighted[], k: number): Scored[] | Promise<Scored[]> {
    const known = products.filter(({ id }) => this.table.rowOf(id) >= 0)
    const centre = centreOf(known, (id) => this.table.get(id))
    if (!centre) return []
    const most = Math.max(...known.map(({ weight }) => weight))
    const heaviest = known.findIndex(({ weight }) => weight === most)
    const asked = known.map(({ id, weight }) => ({
      id,
      list: this.held(id, k),
      depth: Math.max(LEAST, Math.ceil((k * weight) / most)),
    }))
    const missing = asked.filter(({ list }, i) => !list && i !== heaviest).map(({ id }) => id)
    for (const id of missing) this.beside.add(id, k)
    if (asked[heaviest].list) return this.choose(asked, centre, k)
    const before = this.changes
    return this.search(asked[heaviest].id, k).then((list) => {
      if (before !== this.changes) return this.nearest(products, k)
      asked[heaviest].list = list
      return this.choose(asked, centre, k)
    })
  }

  /** Looks for the neighbours of these, as many as are usually wanted, when nobody waits for any. */
  warm(ids: Iterable<string>): void {
    this.beside.addLater(this.unknown(ids))
  }

  /** These have new vectors in the index. */
  changed(ids: readonly string[]): void {
    if (ids.length <= MANY) for (const id of ids) this.moved.add(id)
    this.forget(ids)
  }

  /** These are no longer in the index and the table. */
  removed(ids: readonly string[]): void {
    this.forget(ids)
  }

  /** Looks for nothing any more when nobody waits. */
  close(): Promise<void> {
    return this.beside.close()
  }

  /** Resolves when nothing is left to be looked for. */
  filled(): Promise<void> {
    return this.beside.done()
  }

  /** What is being searched may be out of date as well: it is not remembered. */
  private forget(ids: readonly string[]): void {
    this.changes++
    this.searching.clear()
    if (ids.length > MANY) {
      this.lists.clear()
      this.moved.clear()
    } else for (const id of ids) this.lists.delete(id)
    for (const id of this.moved) this.beside.add(id, this.usual)
  }

  /** For nobody yet, and to put a product that is new among the neighbours of those near it. */
  private async lookUp(id: string, k: number): Promise<void> {
    const before = this.changes
    const { rows } = this.held(id, k) ?? (await this.search(id, k, true))
    if (before === this.changes && this.moved.delete(id)) this.putAmong(id, rows)
  }

  private *unknown(ids: Iterable<string>): Generator<readonly [string, number] | undefined> {
    for (const id of ids)
      yield this.table.rowOf(id) >= 0 && !this.held(id, this.usual) ? [id, this.usual] : undefined
  }

  /** Puts a product where it belongs in the remembered lists of these rows. */
  private putAmong(id: string, near: Int32Array): void {
    const row = this.table.rowOf(id)
    if (row < 0) return
    for (const other of near) {
      const list = this.lists.peek(this.table.idOf(other))
      if (!list) continue
      const vector = this.table.at(other)
      const score = this.table.dot(row, vector)
      const rows = [...list.rows].filter((one) => one !== row)
      const at = rows.findIndex((one) => this.table.dot(one, vector) < score)
      if (at < 0 && !list.all && rows.length === list.rows.length) continue
      rows.splice(at < 0 ? rows.length : at, 0, row)
      list.rows = Int32Array.from(list.all ? rows : rows.slice(0, list.rows.length))
    }
  }

  private held(id: string, k: number): List | undefined {
    const list = this.lists.get(id)
    if (!list || (list.rows.length < k && !list.all)) return undefined
    if (list.removals === this.table.removals) return list
    list.removals = this.table.removals
    if (list.rows.every((row) => this.table.holds(row))) return list
    this.lists.delete(id)
    return undefined
  }

  /** Out of the lists that are known, each read so deep, what is nearest to the centre. */
  private choose(
    asked: readonly { id: string; list?: List; depth: number }[],
    centre: Float32Array,
    k: number
  ): Scored[] {
    const { table } = this
    if (this.met.length < table.end) this.met = new Float64Array(2 * table.end)
    const choice = ++this.choices
    for (const { id } of asked) {
      const row = table.rowOf(id)
      if (row >= 0) this.met[row] = choice
    }
    const most = asked.reduce((sum, { depth }) => sum + depth, 0)
    if (this.rows.length < most) {
      this.rows = new Int32Array(2 * most)
      this.scores = new Float64Array(2 * most)
    }
    const { rows, scores } = this
    let size = 0
    for (const { list, depth } of asked)
      for (let i = 0; list && i < Math.min(depth, list.rows.length); i++) {
        const row = list.rows[i]
        if (this.met[row] === choice) continue
        this.met[row] = choice
        rows[size] = row
        scores[size++] = table.dot(row, centre)
      }
    const best = bestOf(size, k, (a, b) =>
      scores[a] === scores[b] ? table.idOf(rows[a]) < table.idOf(rows[b]) : scores[a] > scores[b]
    )
    const found: Scored[] = []
    for (const at of best) {
      const row = rows[at]
      found.push({ id: table.idOf(row), score: scores[at], number: table.productAt(row) })
    }
    return found
  }

  /** Those who ask for the same at the same time share one search; who is in a hurry does not wait for a patient one. */
  private search(id: string, wanted: number, patient = false): Promise<List> {
    const k = Math.max(wanted, this.usual)
    const key = `${patient} ${k} ${id}`
    let list = this.searching.get(key)
    if (list) return list
    const before = this.changes
    const vector = this.table.get(id)
    const searched = vector ? this.index.search(vector, k + 1, patient) : Promise.resolve([])
    list = searched
      .then((found): List => {
        if (before !== this.changes) return { rows: new Int32Array(), all: false, removals: 0 }
        // Its own vector comes back first, or not at all when others are just as near.
        const rows = found
          .filter((one) => one.id !== id)
          .slice(0, k)
          .map((one) => this.table.rowOf(one.id))
          .filter((row) => row >= 0)
        const { removals } = this.table
        const made = { rows: Int32Array.from(rows), all: found.length <= k, removals }
        this.lists.set(id, made)
        return made
      })
      .finally(() => {
        if (before === this.changes) this.searching.delete(key)
      })
    this.searching.set(key, list)
    return list
  }
}
