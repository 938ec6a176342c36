/** Rows that are allocated together. */
const BLOCK = 4_096

/**
 * Vectors of one length, row after row: a row is a number, and nothing has to be looked up to compare two. A row that is
 * given up is used again: who holds it may then meet another vector. Memory: 4 bytes × dimensions a row, and its id.
 */
export class VectorTable {
  private readonly rows = new Map<string, number>()
  private readonly names: string[] = []
  private readonly products: number[] = []
  private readonly blocks: Float32Array[] = []
  private readonly free: number[] = []
  /** By row the version since which it is what it is. */
  private readonly changed: number[] = []
  /** Grows when a row is given to a vector, and when it is given up. */
  version = 0

  /** @param productOf number of a product among the catalogue's cards, which stays its own; −1: not there */
  constructor(
    readonly dimensions: number,
    private readonly productOf: (id: string) => number = () => -1
  ) {}

  /** Vectors held. */
  get size(): number {
    return this.rows.size
  }

  /** Every row lies below it. */
  get end(): number {
    return this.names.length
  }

  ids(): IterableIterator<string> {
    return this.rows.keys()
  }

  /** Row of an id, or −1. */
  rowOf(id: string): number {
    return this.rows.get(id) ?? -1
  }

  /** "" of a row that is given up. */
  idOf(row: number): string {
    return this.names[row]
  }

  /** Number of a row's product among the catalogue's cards, if it was there when the vector came. */
  productAt(row: number): number | undefined {
    const number = this.products[row]
    return number < 0 ? undefined : number
  }

  /** The version since which the row is its vector's, or nobody's. */
  since(row: number): number {
    return this.changed[row]
  }

  set(id: string, vector: Float32Array): void {
    let row = this.rowOf(id)
    if (row < 0) {
      row = this.free.pop() ?? this.names.length
      this.rows.set(id, row)
      this.names[row] = id
      this.products[row] = this.productOf(id)
      this.changed[row] = ++this.version
      if (row === this.blocks.length * BLOCK) this.blocks.push(new Float32Array(BLOCK * this.dimensions))
    }
    this.blocks[Math.floor(row / BLOCK)].set(vector, (row % BLOCK) * this.dimensions)
  }

  delete(id: string): void {
    const row = this.rows.get(id)
    if (row === undefined) return
    this.rows.delete(id)
    this.names[row] = ""
    this.free.push(row)
    this.changed[row] = ++this.version
  }

  /** The vector itself, not a copy. */
  get(id: string): Float32Array | undefined {
    const row = this.rows.get(id)
    return row === undefined ? undefined : this.at(row)
  }

  at(row: number): Float32Array {
    const from = (row % BLOCK) * this.dimensions
    return this.blocks[Math.floor(row / BLOCK)].subarray(from, from + this.dimensions)
  }

  /** Inner product of a row and a vector. */
  dot(row: number, vector: Float32Array): number {
    const block = this.blocks[Math.floor(row / BLOCK)]
    const from = (row % BLOCK) * this.dimensions
    let sum = 0
    for (let d = 0; d < vector.length; d++) sum += block[from + d] * vector[d]
    return sum
  }
}
