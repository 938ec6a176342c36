import type { RankerState } from "./learner"

/** Where what a ranker has learned is kept, for all processes of a shop. */
export interface RankerStore {
  load(): Promise<RankerState | undefined>
  /** Of the stored state; 0 when there is none. */
  revision(): Promise<number>
  /**
   * Takes the right to learn, or holds on to it, for a time.
   * @returns false while another owner has it
   */
  lease(owner: string, ms: number): Promise<boolean>
  /** Stores a state that comes right after the stored one. @returns false when another was stored meanwhile */
  save(state: RankerState): Promise<boolean>
}
