import { packStrings, unpackStrings, type Scored, type TopK } from "../lib"
import type { ModelQuery } from "./model"

/** Item ids with their numbers, shared by all models: one string and one map entry per item. */
export class ItemTable {
  private readonly numbers = new Map<string, number>()
  /** The ids where some were added; what the table was made from belongs to others. */
  private own: string[] | undefined

  constructor(private readonly made: readonly string[]) {
    made.forEach((id, number) => this.numbers.set(id, number))
  }

  get ids(): readonly string[] {
    return this.own ?? this.made
  }

  static unpack(block: unknown): ItemTable {
    return new ItemTable(unpackStrings(block))
  }

  get size(): number {
    return this.ids.length
  }

  pack(): Uint8Array {
    return packStrings(this.ids)
  }

  /** Number of an item, or −1 when it is unknown. */
  numberOf(id: string): number {
    return this.numbers.get(id) ?? -1
  }

  /** Number of an item, which is known from now on. */
  add(id: string): number {
    const known = this.numbers.get(id)
    if (known !== undefined) return known
    this.own ??= [...this.made]
    this.numbers.set(id, this.own.length)
    return this.own.push(id) - 1
  }

  /** Numbers of the known ids, in the same order. */
  known(ids: readonly string[]): number[] {
    const numbers: number[] = []
    for (const id of ids) {
      const number = this.numberOf(id)
      if (number >= 0) numbers.push(number)
    }
    return numbers
  }

  /** Empties the heap into a list, best first. */
  scored(top: TopK): Scored[] {
    const { ids } = this
    const { numbers, scores, length } = top.lend()
    const found = new Array<Scored>(length)
    for (let rank = 0; rank < found.length; rank++)
      found[rank] = { id: ids[numbers[rank]], score: scores[rank] }
    return found
  }
}

/**
 * The item sequence a session model reads: the running session (else the shopper's history), with the
 * product(s) of the page behind it unless the last of them is what was seen last.
 */
export function sequenceOf(query: ModelQuery): readonly string[] {
  const base = query.session?.length ? query.session : (query.history ?? [])
  const seeds = query.seeds ?? []
  if (seeds.length === 0 || base.at(-1) === seeds.at(-1)) return base
  return [...base, ...seeds]
}
