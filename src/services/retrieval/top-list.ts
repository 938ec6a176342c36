/** The best `capacity` ids by two keys, higher first, ties by id: kept sorted while ids come in any order. */
export class TopList {
  readonly ids: string[] = []
  private readonly first: number[] = []
  private readonly second: number[] = []

  constructor(private readonly capacity: number) {}

  offer(id: string, first: number, second: number): void {
    const last = this.ids.length - 1
    if (last + 1 >= this.capacity && !this.before(id, first, second, last)) return
    let low = 0
    let high = last + 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.before(id, first, second, middle)) high = middle
      else low = middle + 1
    }
    this.ids.splice(low, 0, id)
    this.first.splice(low, 0, first)
    this.second.splice(low, 0, second)
    if (this.ids.length > this.capacity) {
      this.ids.pop()
      this.first.pop()
      this.second.pop()
    }
  }

  private before(id: string, first: number, second: number, at: number): boolean {
    if (first !== this.first[at]) return first > this.first[at]
    if (second !== this.second[at]) return second > this.second[at]
    return id < this.ids[at]
  }
}
