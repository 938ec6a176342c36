import type { Scored } from "../lib"
import { Beside } from "./beside"
import { bestOf } from "./best-of"
import type { Weighted } from "./candidate-source"
import { NeighbourLists } from "./neighbour-lists"
import type { VectorIndex } from "./vector-index.port"
import type { VectorTable } from "./vector-table"
import { centreOf } from "./vectors"

/** Lists remembered: of 100 products each, about 67 MB. */
const REMEMBERED = 150_000
/** Rows of a list that are remembered where nothing is said of how many are usually wanted. */
const WIDTH = 32
/** Neighbours that are looked at of the lightest product; of the others in proportion to their weights. */
const LEAST = 10
/** Of the time, the share that searches take which nobody waits for. */
const SHARE = 0.2
/** Products that change at once, from which on all is forgotten rather than mended. */
const MANY = 200

/** A product that neighbours are asked of. */
interface Asked {
  row: number
  /** Of its list, −1: not known. */
  place: number
  /** How far its list is read. */
  depth: number
  weight: number
}

/**
 * The nearest products of a product, remembered: they are the same for every shopper, and a search costs more than all
 * else of a list. What is nearest to several is chosen out of the neighbours of each. Only for those of the heaviest one a
 * request waits; where others are not known yet the list does without, and they are looked for beside the requests. Where
 * a few products change, what is remembered is mended: their own neighbours are searched again, and they are put among
 * those of the products near them; lists that hold what has gone are searched again when they are asked for.
 */
export class Neighbours {
  private readonly lists: NeighbourLists
  private readonly searching = new Map<string, Promise<readonly number[]>>()
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
    this.lists = new NeighbourLists(usual || WIDTH, max)
  }

  /** Products whose neighbours are remembered. */
  get known(): number {
    return this.lists.size
  }

  /** See `Knowledge.nearest`. */
  nearest(products: readonly Weighted[], k: number): Scored[] | Promise<Scored[]> {
    const asked = this.ask(products, k)
    const centre = centreOf(asked, ({ row }) => this.table.at(row))
    if (!centre) return []
    const heaviest = asked.reduce((most, one) => (one.weight > most.weight ? one : most))
    for (const one of asked)
      if (one.place < 0 && one !== heaviest) this.beside.add(this.table.idOf(one.row), k)
    if (heaviest.place >= 0) return this.choose(asked, centre, k)
    const before = this.changes
    return this.search(this.table.idOf(heaviest.row), k).then((found) => {
      if (before !== this.changes) return this.nearest(products, k)
      // Others' lists may have made room for new ones meanwhile.
      return this.choose(this.ask(products, k), centre, k, { row: heaviest.row, found })
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

  /** These are no longer in the index, and about to leave the table. */
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
    } else for (const id of ids) this.lists.delete(this.table.rowOf(id))
    for (const id of this.moved) this.beside.add(id, this.usual)
  }

  /** Those that have a vector. */
  private ask(products: readonly Weighted[], k: number): Asked[] {
    const asked: Asked[] = []
    let most = 0
    for (const { id, weight } of products) {
      const row = this.table.rowOf(id)
      if (row < 0) continue
      asked.push({ row, weight, place: this.held(row, k), depth: 0 })
      most = Math.max(most, weight)
    }
    for (const one of asked) one.depth = Math.max(LEAST, Math.ceil((k * one.weight) / most))
    return asked
  }

  /** For nobody yet, and to put a product that is new among the neighbours of those near it. */
  private async lookUp(id: string, k: number): Promise<void> {
    const before = this.changes
    const place = this.held(this.table.rowOf(id), k)
    const near = place >= 0 ? this.read(place) : await this.search(id, k, true)
    if (before === this.changes && this.moved.delete(id)) this.putAmong(id, near)
  }

  private *unknown(ids: Iterable<string>): Generator<readonly [string, number] | undefined> {
    for (const id of ids) yield this.isUnknown(this.table.rowOf(id)) ? [id, this.usual] : undefined
  }

  private isUnknown(row: number): boolean {
    return row >= 0 && this.held(row, this.usual) < 0
  }

  /** Puts a product where it belongs in the remembered lists of these rows. */
  private putAmong(id: string, near: readonly number[]): void {
    const { lists, table } = this
    const row = table.rowOf(id)
    if (row < 0) return
    for (const other of near) {
      const place = this.held(other, 0)
      if (place < 0) continue
      const [length, whole] = [lists.lengthAt(place), lists.isWhole(place)]
      const vector = table.at(other)
      const score = table.dot(row, vector)
      const rows = this.read(place).filter((one) => one !== row)
      const at = rows.findIndex((one) => table.dot(one, vector) < score)
      if (at < 0 && !whole && rows.length === length) continue
      rows.splice(at < 0 ? rows.length : at, 0, row)
      lists.put(other, whole ? rows : rows.slice(0, length), whole, table.version)
    }
  }

  private read(place: number): number[] {
    return Array.from({ length: this.lists.lengthAt(place) }, (_, i) => this.lists.at(place, i))
  }

  /** Place of a row's list if it has `k` or all there are, and all of them are there still; else −1. */
  private held(row: number, k: number): number {
    const { lists, table } = this
    const place = lists.find(row)
    if (place < 0 || (lists.lengthAt(place) < k && !lists.isWhole(place))) return -1
    const checked = lists.checkedAt(place)
    if (checked === table.version) return place
    for (let i = 0; i < lists.lengthAt(place); i++)
      if (table.since(lists.at(place, i)) > checked) {
        lists.delete(row)
        return -1
      }
    lists.check(place, table.version)
    return place
  }

  /** Out of the lists that are known, each read so deep, what is nearest to the centre. @param fresh a list just searched */
  private choose(
    asked: readonly Asked[],
    centre: Float32Array,
    k: number,
    fresh?: { row: number; found: readonly number[] }
  ): Scored[] {
    const { table, lists } = this
    if (this.met.length < table.end) this.met = new Float64Array(2 * table.end)
    const choice = ++this.choices
    for (const { row } of asked) this.met[row] = choice
    const most = asked.reduce((sum, { depth }) => sum + depth, 0)
    if (this.rows.length < most) {
      this.rows = new Int32Array(2 * most)
      this.scores = new Float64Array(2 * most)
    }
    const { met, rows, scores } = this
    let size = 0
    const take = (row: number) => {
      if (met[row] === choice) return
      met[row] = choice
      rows[size] = row
      scores[size++] = table.dot(row, centre)
    }
    for (const { row, place, depth } of asked) {
      if (row === fresh?.row) for (const one of fresh.found.slice(0, depth)) take(one)
      else if (place >= 0)
        for (let i = 0, end = Math.min(depth, lists.lengthAt(place)); i < end; i++) take(lists.at(place, i))
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
  private search(id: string, wanted: number, patient = false): Promise<readonly number[]> {
    const k = Math.max(wanted, this.usual)
    const key = `${patient} ${k} ${id}`
    let list = this.searching.get(key)
    if (list) return list
    const before = this.changes
    const vector = this.table.get(id)
    const searched = vector ? this.index.search(vector, k + 1, patient) : Promise.resolve([])
    list = searched
      .then((found) => {
        if (before !== this.changes) return []
        // Its own vector comes back first, or not at all when others are just as near.
        const rows = found
          .filter((one) => one.id !== id)
          .slice(0, k)
          .map((one) => this.table.rowOf(one.id))
          .filter((row) => row >= 0)
        const own = this.table.rowOf(id)
        if (own >= 0) this.lists.put(own, rows, found.length <= k, this.table.version)
        return rows
      })
      .finally(() => {
        if (before === this.changes) this.searching.delete(key)
      })
    this.searching.set(key, list)
    return list
  }
}
