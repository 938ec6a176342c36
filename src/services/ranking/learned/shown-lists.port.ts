import type { ShownList } from "./example"

/** The record of what was shown. */
export interface ShownLists {
  /** By request id; those that are not recorded, or were erased, are missing. */
  getMany(requestIds: readonly string[]): Promise<Map<string, ShownList>>
}
