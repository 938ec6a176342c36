import { trialLogContract } from "../../services/testing/trial-log.contract"
import { MemoryEventLog } from "./memory-event-log"
import { MemoryExposureStore } from "./memory-exposure-store"
import { MemoryTrialLog } from "./memory-trial-log"

trialLogContract("memory", async () => {
  const exposures = new MemoryExposureStore()
  const events = new MemoryEventLog()
  return {
    log: new MemoryTrialLog(exposures, events),
    addVersion: async () => {},
    addExposures: (list) => exposures.record(list),
    addEvents: async (list) => void (await events.append(list)),
  }
})
