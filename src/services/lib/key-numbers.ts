/**
 * Numbers strings in the order in which they first appear, and keeps a 64-bit hash of each instead of the string: 24 to
 * 48 bytes a key. Of ten million keys two share a number by chance once in 400,000 times.
 */
export class KeyNumbers {
  private high = new Uint32Array(1024)
  private low = new Uint32Array(1024)
  /** Number of the key in a slot + 1; 0: the slot is free. */
  private slots = new Int32Array(1024)
  private used = 0

  get size(): number {
    return this.used
  }

  of(key: string): number {
    if (2 * this.used >= this.slots.length) this.resize(2 * this.slots.length)
    let a = 0xdeadbeef
    let b = 0x41c6ce57
    for (let i = 0; i < key.length; i++) {
      const code = key.charCodeAt(i)
      a = Math.imul(a ^ code, 2654435761)
      b = Math.imul(b ^ code, 1597334677)
    }
    // Two 32-bit halves that take in each other's bits (the finish of MurmurHash3).
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
    const slot = this.slotOf(a >>> 0, b >>> 0)
    if (this.slots[slot] > 0) return this.slots[slot] - 1
    this.put(slot, a >>> 0, b >>> 0, ++this.used)
    return this.used - 1
  }

  /** Gives every number its new one, from 0 without gaps; keys whose new number is −1 are forgotten. */
  renumber(numbers: Int32Array): void {
    const { high, low, slots } = this
    this.used = 0
    for (const number of numbers) if (number >= 0) this.used++
    let length = 1024
    while (length <= 2 * this.used) length *= 2
    this.allocate(length)
    for (let slot = 0; slot < slots.length; slot++) {
      const number = slots[slot] > 0 ? numbers[slots[slot] - 1] : -1
      if (number >= 0) this.put(this.slotOf(high[slot], low[slot]), high[slot], low[slot], number + 1)
    }
  }

  private slotOf(high: number, low: number): number {
    const mask = this.slots.length - 1
    let slot = low & mask
    while (this.slots[slot] > 0 && (this.low[slot] !== low || this.high[slot] !== high))
      slot = (slot + 1) & mask
    return slot
  }

  private put(slot: number, high: number, low: number, number: number): void {
    this.high[slot] = high
    this.low[slot] = low
    this.slots[slot] = number
  }

  private resize(length: number): void {
    const { high, low, slots } = this
    this.allocate(length)
    for (let slot = 0; slot < slots.length; slot++) {
      if (slots[slot] > 0) this.put(this.slotOf(high[slot], low[slot]), high[slot], low[slot], slots[slot])
    }
  }

  private allocate(length: number): void {
    this.high = new Uint32Array(length)
    this.low = new Uint32Array(length)
    this.slots = new Int32Array(length)
  }
}
