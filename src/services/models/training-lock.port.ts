/** Lets one trainer at a time work, whichever process it is in. A trainer that is gone has let go of it. */
export interface TrainingLock {
  /** @returns undefined while another trainer holds it */
  acquire(): Promise<HeldLock | undefined>
}

export interface HeldLock {
  /** Takes it again if it was lost, as with its connection. @returns false when another trainer has it now */
  renew(): Promise<boolean>
  release(): Promise<void>
}
