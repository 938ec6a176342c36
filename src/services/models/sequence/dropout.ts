/**
 * Masks for dropout: 0 with the chance `rate`, else 1/(1 − rate). Four numbers come out of each step of a 32-bit
 * xorshift (Marsaglia 2003), for training needs hundreds of thousands a batch; so the rate is a multiple of 1/256.
 */
export class Dropout {
  private state: number
  private readonly threshold: number
  private readonly kept: number

  constructor(rate: number, seed: number) {
    this.threshold = Math.round(rate * 256)
    this.kept = 256 / (256 - this.threshold)
    this.state = Math.imul(seed | 0, 0x9e3779b1) || 1
  }

  fill(mask: Float32Array): Float32Array {
    if (this.threshold === 0) return mask.fill(1)
    const { threshold, kept } = this
    let x = this.state
    for (let i = 0; i < mask.length; i += 4) {
      x ^= x << 13
      x ^= x >>> 17
      x ^= x << 5
      mask[i] = (x & 255) < threshold ? 0 : kept
      mask[i + 1] = ((x >>> 8) & 255) < threshold ? 0 : kept
      mask[i + 2] = ((x >>> 16) & 255) < threshold ? 0 : kept
      mask[i + 3] = x >>> 24 < threshold ? 0 : kept
    }
    this.state = x
    return mask
  }
}
