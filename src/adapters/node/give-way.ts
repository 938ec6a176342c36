import { constants, setPriority } from "node:os"

/**
 * Lets others have a core before this thread, and before the threads that it starts from now on: what trains must not
 * hold up what answers shoppers. Linux only; elsewhere a priority is of the whole process, and this does nothing.
 */
export function giveWay(): void {
  // Linux gives a priority to each thread, and to the caller's where no process is named.
  if (process.platform === "linux") setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
}
