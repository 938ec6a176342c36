import cluster from "node:cluster"

/**
 * Ends the process in good order when it is asked to: with 0 where `stop` says that all was finished, else with 1. A second
 * signal does not wait. A worker hears one from its lead besides that which its whole group may have got, so there only
 * the lead heeds the second.
 */
export function endOnSignal(stop: () => Promise<boolean>): void {
  const end = () => void stop().then((finished) => process.exit(finished ? 0 : 1))
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    if (cluster.isWorker) process.on(signal, end)
    else process.once(signal, end)
  }
}
