import type { HeldLock, TrainingLock } from "../../services/models"

/** A lock within this process. */
export class MemoryTrainingLock implements TrainingLock {
  private holder: HeldLock | undefined

  async acquire(): Promise<HeldLock | undefined> {
    if (this.holder) return undefined
    const own: HeldLock = {
      renew: async () => this.holder === own,
      release: async () => {
        if (this.holder === own) this.holder = undefined
      },
    }
    this.holder = own
    return own
  }
}
