import { PersonalizationError } from "../../services/lib"
import { KERNEL_WASM } from "./kernel.wasm"

type Scan = (
  rows: number,
  first: number,
  end: number,
  stride: number,
  width: number,
  query: number,
  sketch: number,
  queryStep: number,
  slack: number,
  scores: number,
  slots: number,
  held: number,
  k: number
) => number

/** Most neighbours one search can bring; the heap has its fixed place before the rows. */
export const MAX_NEIGHBOURS = 4_096
/** Rows whose sketches lie together, before their floats; the kernel has the same. */
export const BLOCK_ROWS = 256
/** Rounding of sums of 32-bit floats, at length 1. */
const ROUNDING = 1e-5
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

/** A query as the kernel wants it: floats at length 1, and the same in 16-bit steps. */
export interface ScanQuery {
  unit: Float32Array
  sketch: Int16Array
  step: number
  /** How much the sketches may take away from a score, besides each row's own error. */
  slack: number
}

/**
 * Vectors by id in the kernel's memory: rows of `dimensions` floats, padded to a multiple of 4, and of each a sketch
 * in 8-bit steps by which a scan passes over most rows (see assembly/index.ts). A removed row is filled with NaN,
 * which no scan returns, and its slot is used again.
 */
export class Rows {
  /** Grows with every write, so that a paused scan sees that the rows have changed under it. */
  changes = 0
  private readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES })
  private readonly scanKernel = instantiate(this.memory)
  private readonly stride: number
  /** Bytes of a sketch. */
  private readonly width: number
  private readonly blockBytes: number
  /** Byte offsets: query, its sketch, heap scores, heap slots, rows. */
  private readonly sketchAt: number
  private readonly scoresAt: number
  private readonly slotsAt: number
  private readonly rowsAt: number
  private readonly ids: (string | undefined)[] = []
  private readonly slotOf = new Map<string, number>()
  private readonly free: number[] = []
  private floats = new Float32Array(this.memory.buffer)
  private bytes = new Int8Array(this.memory.buffer)

  constructor(readonly dimensions: number) {
    this.stride = Math.ceil(dimensions / 4) * 4
    this.width = Math.ceil(dimensions / 8) * 8
    this.blockBytes = BLOCK_ROWS * (this.width + 8 + this.stride * 4)
    this.sketchAt = this.stride * 4
    this.scoresAt = this.sketchAt + this.width * 2
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
    const needed = this.rowsAt + Math.ceil(slots / BLOCK_ROWS) * this.blockBytes
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
    this.bytes = new Int8Array(this.memory.buffer)
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
    this.sketch(slot)
    this.changes++
  }

  remove(id: string): void {
    const slot = this.slotOf.get(id)
    if (slot === undefined) return
    this.slotOf.delete(id)
    this.ids[slot] = undefined
    this.free.push(slot)
    this.floats.fill(NaN, this.at(slot), this.at(slot) + this.stride)
    this.sketch(slot)
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

  /** A query of length 1 in the form that `scan` takes. */
  query(unit: Float32Array): ScanQuery {
    // Sums over the dimensions of 8 × 16 bits must stay within 32.
    const most = Math.min(32_767, Math.floor(2 ** 31 / (127 * this.width)) - 1)
    const step = unit.reduce((max, value) => Math.max(max, Math.abs(value)), 0) / most
    const sketch = new Int16Array(this.width)
    let squares = 0
    for (let i = 0; i < unit.length; i++) {
      sketch[i] = Math.round(unit[i] / step)
      squares += (unit[i] - sketch[i] * step) ** 2
    }
    // No row's sketch is longer than 2.
    return { unit, sketch, step, slack: 2 * Math.sqrt(squares) + ROUNDING }
  }

  /** Goes over the slots from `first` to before `end` and keeps the best in `best`. */
  scan({ unit, sketch, step, slack }: ScanQuery, first: number, end: number, best: Best): void {
    const scores = this.scoresAt / 4
    this.floats.fill(0, 0, this.stride)
    this.floats.set(unit, 0)
    new Int16Array(this.memory.buffer, this.sketchAt, this.width).set(sketch)
    this.floats.set(best.scores.subarray(0, best.held), scores)
    const slots = new Int32Array(this.memory.buffer, this.slotsAt, best.k)
    slots.set(best.slots.subarray(0, best.held))
    const { rowsAt, stride, width, sketchAt, scoresAt, slotsAt } = this
    best.held = this.scanKernel(
      ...([rowsAt, first, end, stride, width, 0, sketchAt, step, slack] as const),
      ...([scoresAt, slotsAt, best.held, best.k] as const)
    )
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

  /** Writes the sketch of a row: its 8-bit steps, their size, and the length of what they miss. */
  private sketch(slot: number): void {
    const at = this.at(slot)
    const row = slot % BLOCK_ROWS
    const block = this.blockAt(slot)
    const codes = block + (row - (row % 4)) * this.width + (row % 4) * 8
    const margin = (block + BLOCK_ROWS * this.width) / 4 + row
    let most = 0
    const { floats, bytes, dimensions } = this
    for (let i = 0; i < dimensions; i++) {
      const value = floats[at + i]
      if (value > most) most = value
      else if (-value > most) most = -value
    }
    const step = Math.fround(most / 127)
    let squares = 0
    for (let i = 0; i < dimensions; i++) {
      const value = floats[at + i]
      // Stored as a whole number, cut off towards 0.
      const code = codes + (i >> 3) * 32 + (i & 7)
      bytes[code] = step > 0 ? value / step + (value < 0 ? -0.5 : 0.5) : 0
      const missed = value - bytes[code] * step
      squares += missed * missed
    }
    this.floats[margin] = step
    this.floats[margin + BLOCK_ROWS] = Math.sqrt(squares)
  }

  private blockAt(slot: number): number {
    return this.rowsAt + Math.floor(slot / BLOCK_ROWS) * this.blockBytes
  }

  /** Index of a row's first float. */
  private at(slot: number): number {
    const floats = this.blockAt(slot) + BLOCK_ROWS * (this.width + 8)
    return floats / 4 + (slot % BLOCK_ROWS) * this.stride
  }
}
