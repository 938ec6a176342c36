/** Lists that are allocated together. */
const BLOCK = 1_024

/**
 * Lists of rows, each the list of a row, in few large arrays: a hundred thousand arrays of their own would hold up each
 * collection. Of more than `max` those that nobody has asked for lately make room (second chance).
 * Memory: 4 bytes × width and some 45 more a list.
 */
export class NeighbourLists {
  /** By row the place of its list, −1: none. */
  private places = new Int32Array(0)
  private readonly blocks: Int32Array[] = []
  /** By place. */
  private readonly owners: number[] = []
  private readonly lengths: number[] = []
  private readonly whole: boolean[] = []
  private readonly checked: number[] = []
  private readonly asked: boolean[] = []
  private readonly free: number[] = []
  private hand = 0

  /** @param width longest list that is kept whole */
  constructor(
    readonly width: number,
    private readonly max: number
  ) {}

  get size(): number {
    return this.owners.length - this.free.length
  }

  /** Place of a row's list, or −1. */
  find(row: number): number {
    const place = row >= 0 && row < this.places.length ? this.places[row] : -1
    if (place >= 0) this.asked[place] = true
    return place
  }

  lengthAt(place: number): number {
    return this.lengths[place]
  }

  /** Whether there is no more than the list says. */
  isWhole(place: number): boolean {
    return this.whole[place]
  }

  /** The state of the table, told by `put`, that the list is good for. */
  checkedAt(place: number): number {
    return this.checked[place]
  }

  /** The list is good for this state of the table as well. */
  check(place: number, state: number): void {
    this.checked[place] = state
  }

  /** The list's i-th row. */
  at(place: number, i: number): number {
    return this.blocks[Math.floor(place / BLOCK)][(place % BLOCK) * this.width + i]
  }

  /** Keeps a row's list, its first `width` at the most. @param whole there are no more */
  put(row: number, list: readonly number[], whole: boolean, state: number): void {
    if (this.max < 1) return
    let place = this.find(row)
    if (place < 0) {
      place = this.free.pop() ?? (this.owners.length < this.max ? this.owners.length : this.makeRoom())
      this.own(row, place)
    }
    const length = Math.min(list.length, this.width)
    const block = this.blocks[Math.floor(place / BLOCK)]
    const from = (place % BLOCK) * this.width
    for (let i = 0; i < length; i++) block[from + i] = list[i]
    this.lengths[place] = length
    this.whole[place] = whole && length === list.length
    this.checked[place] = state
  }

  delete(row: number): void {
    const place = this.find(row)
    if (place < 0) return
    this.places[row] = -1
    this.owners[place] = -1
    this.free.push(place)
  }

  clear(): void {
    this.places.fill(-1)
    for (const all of [this.blocks, this.owners, this.free]) all.length = 0
    this.hand = 0
  }

  private own(row: number, place: number): void {
    if (row >= this.places.length) {
      const places = new Int32Array(Math.max(BLOCK, 2 * (row + 1))).fill(-1)
      places.set(this.places)
      this.places = places
    }
    if (place === this.blocks.length * BLOCK) this.blocks.push(new Int32Array(BLOCK * this.width))
    this.places[row] = place
    this.owners[place] = row
    this.asked[place] = true
  }

  /** A place whose list nobody has asked for since the hand came by last; the list is forgotten. */
  private makeRoom(): number {
    for (;;) {
      const place = this.hand
      this.hand = (this.hand + 1) % this.owners.length
      if (!this.asked[place]) {
        this.places[this.owners[place]] = -1
        return place
      }
      this.asked[place] = false
    }
  }
}
