import type { DeadLetter, DeadLetterStore, NewDeadLetter } from "../../services/events"
import { systemClock, type Clock } from "../../services/lib"

/** Dead letters of one process, gone with it. */
export class MemoryDeadLetterStore implements DeadLetterStore {
  private letters: DeadLetter[] = []
  private next = 1

  constructor(private readonly clock: Clock = systemClock) {}

  async add(letters: readonly NewDeadLetter[]): Promise<void> {
    for (const letter of letters) {
      const same = (one: DeadLetter) => one.group === letter.group && one.origin === letter.origin
      const held = this.letters.find(same)
      const buried = {
        ...structuredClone(letter),
        id: held?.id ?? String(this.next++),
        buriedAt: this.clock.now(),
      }
      this.letters = held
        ? this.letters.map((one) => (one === held ? buried : one))
        : [...this.letters, buried]
    }
  }

  async list({ group, before, limit }: Parameters<DeadLetterStore["list"]>[0]): Promise<DeadLetter[]> {
    return this.letters
      .filter((one) => (!group || one.group === group) && (!before || Number(one.id) < Number(before)))
      .reverse()
      .slice(0, limit)
  }

  async get(ids: readonly string[]): Promise<DeadLetter[]> {
    return this.letters.filter(({ id }) => ids.includes(id))
  }

  async remove(ids: readonly string[]): Promise<number> {
    const before = this.letters.length
    this.letters = this.letters.filter(({ id }) => !ids.includes(id))
    return before - this.letters.length
  }

  async trim(group: string, kept: number): Promise<void> {
    const newest = new Set(this.letters.filter((one) => one.group === group).slice(-kept))
    this.letters = this.letters.filter((one) => one.group !== group || (kept > 0 && newest.has(one)))
  }
}
