/**
 * A value for each of what is numbered, as sets of categories are, worked out once a list. The table is one for all lists:
 * what another list has written over is worked out again.
 */
export class ListValues {
  private values = new Float64Array(0)
  /** The list that a value is of. */
  private lists = new Float64Array(0)
  private begun = 0

  /** For a list that begins. @param of works out the value of a number */
  begin(of: (number: number) => number): (number: number) => number {
    const list = ++this.begun
    return (number) => {
      if (this.lists[number] === list) return this.values[number]
      const value = of(number)
      if (number >= this.lists.length) this.grow(number)
      this.lists[number] = list
      return (this.values[number] = value)
    }
  }

  private grow(number: number): void {
    this.values = new Float64Array(2 * (number + 1))
    this.lists = new Float64Array(2 * (number + 1))
  }
}
