/**
 * Keeps the `k` best of a stream of numbered scores in two typed arrays (a binary min-heap).
 * Equal scores: the lower number wins, so that equal input gives equal output. NaN is ignored.
 */
export class TopK {
  private scores: Float64Array
  private numbers: Int32Array
  private held = 0

  constructor(private k = 0) {
    this.scores = new Float64Array(k)
    this.numbers = new Int32Array(k)
  }

  get size(): number {
    return this.held
  }

  /** Forgets everything held, so that one instance can serve many queries. @param k from now on so many are kept */
  clear(k = this.k): this {
    this.held = 0
    this.k = k
    if (k > this.scores.length) {
      this.scores = new Float64Array(k)
      this.numbers = new Int32Array(k)
    }
    return this
  }

  offer(number: number, score: number): void {
    if (Number.isNaN(score)) return
    if (this.held < this.k) {
      this.up(this.held++, number, score)
    } else if (this.k > 0 && this.worse(this.scores[0], this.numbers[0], score, number)) {
      this.down(0, number, score)
    }
  }

  /** Empties the heap: numbers and scores, best first. */
  drain(): { numbers: Int32Array; scores: Float64Array } {
    const { numbers, scores, length } = this.lend()
    return { numbers: numbers.slice(0, length), scores: scores.slice(0, length) }
  }

  /** Empties the heap: numbers and scores, best first, in arrays that are its own again at the next offer. */
  lend(): { numbers: Int32Array; scores: Float64Array; length: number } {
    const { numbers, scores, held: length } = this
    while (this.held > 0) {
      const last = --this.held
      const number = numbers[last]
      const score = scores[last]
      numbers[last] = numbers[0]
      scores[last] = scores[0]
      if (last > 0) this.down(0, number, score)
    }
    return { numbers, scores, length }
  }

  private worse(scoreA: number, numberA: number, scoreB: number, numberB: number): boolean {
    return scoreA < scoreB || (scoreA === scoreB && numberA > numberB)
  }

  private up(at: number, number: number, score: number): void {
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.worse(score, number, this.scores[parent], this.numbers[parent])) break
      this.scores[at] = this.scores[parent]
      this.numbers[at] = this.numbers[parent]
      at = parent
    }
    this.scores[at] = score
    this.numbers[at] = number
  }

  private down(at: number, number: number, score: number): void {
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.held) break
      const right = child + 1
      if (
        right < this.held &&
        this.worse(this.scores[right], this.numbers[right], this.scores[child], this.numbers[child])
      ) {
        child = right
      }
      if (!this.worse(this.scores[child], this.numbers[child], score, number)) break
      this.scores[at] = this.scores[child]
      this.numbers[at] = this.numbers[child]
      at = child
    }
    this.scores[at] = score
    this.numbers[at] = number
  }
}
