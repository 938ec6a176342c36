import { ManualClock } from "../../services/lib"
import { modelStoreContract } from "../../services/testing/model-store.contract"
import { MemoryModelStore } from "./memory-model-store"

modelStoreContract("memory", async () => {
  const clock = new ManualClock(1_000)
  return { store: new MemoryModelStore(clock), tick: () => clock.advance(1) }
})
