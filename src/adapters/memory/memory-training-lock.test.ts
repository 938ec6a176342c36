import { trainingLockContract } from "../../services/testing/training-lock.contract"
import { MemoryTrainingLock } from "./memory-training-lock"

trainingLockContract("memory", async () => {
  const lock = new MemoryTrainingLock()
  return { ours: lock, theirs: lock }
})
