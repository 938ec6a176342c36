import { PersonalizationError } from "../../services/lib"
import { KERNEL_WASM } from "./kernel.wasm"

type Scan = (
  rows: number,
  first: number,
  end: number,
  stride: number,
  query: number,
  scores: number,
  slots: number,
  held: number,
  k: number
) => number

/** Most neighbours one search can bring; the heap has its fixed place before the rows. */
export const MAX_NEIGHBOURS = 4_096
const PAGE_BYTES = 65_536
const MAX_PAGES = 65_536

let kernel: WebAssembly.Module | undefined

function instantiate(memory: WebAssembly.Memory): Scan {
  kernel ??= new WebAssembly.Module(Buffer.from(KERNEL_WASM, "base64"))
  return new WebAssembly.Instance(kernel, { env: { memory } }).exports.scan as Scan
}

/** The best entries found so far by a scan that may pause: a min-heap on `scores`. */
export class Best {
  readonly scores: Float32Array
  readonly slots: Int32Array
  held = 0

  constructor(readonly k: number) {
    this.scores = new Float32Array(k)
    this.slots = new Int32Array(k)
  }
}

/**
 * Vectors by id in the kernel's memory: rows of `dimensions` floats, padded to a multiple of 4. A removed row is
 * filled with NaN, which no scan returns, and its slot is used again.
 */
export class Rows {
  /** Grows with every write, so that a paused scan sees that the rows have changed under it. */
  changes = 0
  private readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES })
  private readonly scanKernel = instantiate(this.memory)
  private readonly stride: number
  /** Byte offsets: query, heap scores, heap slots, rows. */
  private readonly scoresAt: number
  private readonly slotsAt: number
  private readonly rowsAt: number
  private readonly ids: (string | undefined)[] = []
  private readonly slotOf = new Map<string, number>()
  private readonly free: number[] = []
  private floats = new Float32Array(this.memory.buffer)

  constructor(readonly dimensions: number) {
    this.stride = Math.ceil(dimensions / 4) * 4
    this.scoresAt = this.stride * 4
    this.slotsAt = this.scoresAt + MAX_NEIGHBOURS * 4
    this.rowsAt = this.slotsAt + MAX_NEIGHBOURS * 4
    this.reserve(0)
  }

  get size(): number {
    return this.slotOf.size
  }

  /** Slots in use or free again: the end of a whole scan. */
  get slots(): number {
    return this.ids.length
  }

  /**
   * Makes room for `slots` rows.
   * @throws PersonalizationError `overloaded` past the 4 GB that one index can hold.
   */
  reserve(slots: number): void {
    const needed = this.rowsAt + slots * this.stride * 4
    const held = this.memory.buffer.byteLength
    if (needed <= held) return
    // Half as much again, so that adding one by one copies little.
    const pages = Math.ceil(Math.max(needed, Math.min(held * 1.5, MAX_PAGES * PAGE_BYTES)) / PAGE_BYTES)
    try {
      this.memory.grow(pages - held / PAGE_BYTES)
    } catch (cause) {
      throw new PersonalizationError(
        "overloaded",
        `The vector index cannot grow to ${Math.ceil(needed / 2 ** 20)} MB: ` +
          "give the process more memory or lower the option `retrieval.dimensions`.",
        { cause }
      )
    }
    this.floats = new Float32Array(this.memory.buffer)
  }

  /** Adds or replaces a row: `dimensions` floats of `vectors` from `offset` on, times `scale`. */
  put(id: string, vectors: Float32Array, offset: number, scale: number): void {
    let slot = this.slotOf.get(id)
    if (slot === undefined) {
      slot = this.free.pop() ?? this.ids.length
      this.reserve(Math.max(slot + 1, this.ids.length))
      this.ids[slot] = id
      this.slotOf.set(id, slot)
    }
    const at = this.at(slot)
    for (let i = 0; i < this.dimensions; i++) this.floats[at + i] = vectors[offset + i] * scale
    this.floats.fill(0, at + this.dimensions, at + this.stride)
    this.changes++
  }

  remove(id: string): void {
    const slot = this.slotOf.get(id)
    if (slot === undefined) return
    this.slotOf.delete(id)
    this.ids[slot] = undefined
    this.free.push(slot)
    this.floats.fill(NaN, this.at(slot), this.at(slot) + this.stride)
    this.changes++
  }

  /** Copies a row into `target` from `offset` on; false when the id is unknown. */
  copy(id: string, target: Float32Array, offset: number): boolean {
    const slot = this.slotOf.get(id)
    if (slot === undefined) return false
    target.set(this.floats.subarray(this.at(slot), this.at(slot) + this.dimensions), offset)
    return true
  }

  keys(): IterableIterator<string> {
    return this.slotOf.keys()
  }

  /** Goes over the slots from `first` to before `end` and keeps the best in `best`. */
  scan(query: Float32Array, first: number, end: number, best: Best): void {
    const scores = this.scoresAt / 4
    this.floats.fill(0, 0, this.stride)
    this.floats.set(query, 0)
    this.floats.set(best.scores.subarray(0, best.held), scores)
    const slots = new Int32Array(this.memory.buffer, this.slotsAt, best.k)
    slots.set(best.slots.subarray(0, best.held))
    const { rowsAt, stride, scoresAt, slotsAt } = this
    best.held = this.scanKernel(rowsAt, first, end, stride, 0, scoresAt, slotsAt, best.held, best.k)
    best.scores.set(this.floats.subarray(scores, scores + best.held))
    best.slots.set(slots.subarray(0, best.held))
  }

  /** The entries of a finished scan, best first; a row written since `changes` is scored anew or dropped. */
  read(best: Best, query: Float32Array, changes: number): { id: string; score: number }[] {
    const found: { id: string; score: number; slot: number }[] = []
    for (let i = 0; i < best.held; i++) {
      const slot = best.slots[i]
      const id = this.ids[slot]
      if (id === undefined) continue
      found.push({ id, score: this.changes === changes ? best.scores[i] : this.dot(slot, query), slot })
    }
    found.sort((a, b) => b.score - a.score || a.slot - b.slot)
    return found.map(({ id, score }) => ({ id, score }))
  }

  private dot(slot: number, query: Float32Array): number {
    const at = this.at(slot)
    let sum = 0
    for (let i = 0; i < this.dimensions; i++) sum += this.floats[at + i] * query[i]
    return sum
  }

  private at(slot: number): number {
    return this.rowsAt / 4 + slot * this.stride
  }
}
