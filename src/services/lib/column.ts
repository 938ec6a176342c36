type ColumnArray = Int32Array | Float64Array | Uint8Array | Float32Array

/** A typed array that grows by half: one number per row, without boxing. */
export class Column<A extends ColumnArray> {
  private data: A
  private used = 0

  constructor(
    private readonly make: new (length: number) => A,
    capacity = 1024
  ) {
    this.data = new make(capacity)
  }

  /** A column that begins with these rows; the array is taken over. */
  static of<A extends ColumnArray>(rows: A): Column<A> {
    const column = new Column(rows.constructor as new (length: number) => A, 0)
    column.data = rows
    column.used = rows.length
    return column
  }

  get length(): number {
    return this.used
  }

  push(value: number): void {
    if (this.used === this.data.length) {
      const grown = new this.make(Math.ceil(this.data.length * 1.5) + 16)
      grown.set(this.data)
      this.data = grown
    }
    this.data[this.used++] = value
  }

  get(row: number): number {
    return this.data[row]
  }

  set(row: number, value: number): void {
    this.data[row] = value
  }

  /** Drops all rows from `length` on. */
  truncate(length: number): void {
    this.used = length
  }

  /** The rows held, without a copy: valid until the next push. */
  view(): A {
    return this.data.subarray(0, this.used) as A
  }

  /** A copy of exactly the rows held. */
  toArray(): A {
    return this.data.slice(0, this.used) as A
  }
}
