import type { TrainingLock } from "../models"

export interface TrainingLockFixture {
  /** The lock, as two trainers see it. */
  ours: TrainingLock
  theirs: TrainingLock
}

/** What every TrainingLock must do. */
export function trainingLockContract(name: string, make: () => Promise<TrainingLockFixture>): void {
  describe(`TrainingLock: ${name}`, () => {
    it("lets one trainer at a time have it", async () => {
      const { ours, theirs } = await make()
      const held = await ours.acquire()
      expect(await theirs.acquire()).toBeUndefined()
      expect(await ours.acquire()).toBeUndefined()
      expect(await held!.renew()).toBe(true)
      await held!.release()
      const next = await theirs.acquire()
      expect(next).toBeDefined()
      expect(await ours.acquire()).toBeUndefined()
      await next!.release()
    })

    it("may be let go of twice, and harms nobody by it", async () => {
      const { ours, theirs } = await make()
      const held = await ours.acquire()
      await held!.release()
      const next = await theirs.acquire()
      await held!.release()
      expect(await ours.acquire()).toBeUndefined()
      await next!.release()
    })
  })
}
