import { unsafeUniformIntDistribution, xoroshiro128plus, type RandomGenerator } from "pure-rand"

/** Seeded pseudo-random numbers: the same seed gives the same sequence on every machine. */
export class Random {
  private readonly generator: RandomGenerator

  constructor(seed: number) {
    this.generator = xoroshiro128plus(seed | 0)
  }

  /** Uniform in [0, 1). */
  next(): number {
    return unsafeUniformIntDistribution(0, 0x7fffffff, this.generator) / 0x80000000
  }

  /** Uniform integer in [0, n). */
  int(n: number): number {
    return Math.floor(this.next() * n)
  }

  /** Standard normal, by Box–Muller. */
  normal(): number {
    const u = 1 - this.next()
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.next())
  }

  /** One element, each with the same chance. */
  pick<T>(values: readonly T[]): T {
    return values[this.int(values.length)]
  }

  /** Index drawn in proportion to `weights` (non-negative, not all zero). */
  weighted(weights: ArrayLike<number>): number {
    let total = 0
    for (let i = 0; i < weights.length; i++) total += weights[i]
    let rest = this.next() * total
    for (let i = 0; i < weights.length; i++) {
      rest -= weights[i]
      if (rest < 0) return i
    }
    return weights.length - 1
  }

  /** Fisher–Yates, in place. */
  shuffle<T>(values: T[]): T[] {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.int(i + 1)
      const held = values[i]
      values[i] = values[j]
      values[j] = held
    }
    return values
  }
}
