import { PersonalizationError } from "../../services/lib"
import type { MonitoredVectorIndex } from "../../services/retrieval"
import { ExactVectorIndex } from "../wasm"
import { FaissVectorIndex, type FaissSettings } from "./faiss-vector-index"

const REMEDY =
  "run `npm install faiss-node` (where its binary cannot be downloaded, `scripts/build-faiss.mjs` of the repository builds it), " +
  'or set the option `retrieval.index` to "exact"'

/**
 * The vector index that the option `retrieval.index` asks for; the caller closes it. `auto` takes FAISS when
 * faiss-node loads, and says in the log which it is.
 * @throws PersonalizationError `missing_package` when `faiss` is demanded and faiss-node does not load.
 */
export async function createVectorIndex(
  kind: "auto" | "faiss" | "exact",
  settings: FaissSettings
): Promise<MonitoredVectorIndex> {
  if (kind === "exact") return new ExactVectorIndex(settings.dimensions)
  const index = new FaissVectorIndex(settings)
  try {
    await index.start()
    settings.logger.info("personalization: vector index: FAISS, with the exact index beside it.")
    return index
  } catch (cause) {
    const reason = (cause as Error).message.split("\n")[0]
    if (kind === "faiss") {
      throw new PersonalizationError(
        "missing_package",
        `The option \`retrieval.index\` is "faiss", but the package faiss-node does not load (${reason}): ${REMEDY}.`,
        { cause }
      )
    }
    settings.logger.info(
      `personalization: vector index: exact, for faiss-node does not load (${reason}). For FAISS, ${REMEDY.split(",")[0]}.`
    )
    return new ExactVectorIndex(settings.dimensions)
  }
}
