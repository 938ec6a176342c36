import { PersonalizationError, type Logger, type Metrics } from "../../services/lib"
import type { MonitoredVectorIndex } from "../../services/retrieval"
import { ExactVectorIndex } from "../wasm"

export interface VectorIndexSettings {
  dimensions: number
  /** A FAISS search slower than this is answered by the exact index. */
  timeoutMs: number
  /** The FAISS process is replaced when it grows beyond this. */
  maxMemoryMb: number
  metrics: Metrics
  logger: Logger
}

/**
 * The vector index that the option `retrieval.index` asks for; the caller closes it.
 * @throws PersonalizationError `missing_package` when `faiss` is demanded and faiss-node does not load.
 */
export async function createVectorIndex(
  kind: "auto" | "faiss" | "exact",
  settings: VectorIndexSettings
): Promise<MonitoredVectorIndex> {
  if (kind === "faiss") {
    throw new PersonalizationError("missing_package", "faiss-node is not supported yet.")
  }
  return new ExactVectorIndex(settings.dimensions)
}
