import type { Artifact } from "../lib"
import type { Model } from "./model"
import type { ModelVersion } from "./model-store.port"
import { MODELS } from "./registry"

/**
 * Models of a version, ready to be asked; one that this release no longer knows is left out.
 * @param unreadable is told of a model that cannot be loaded, and the others are; without it that throws
 */
export function loadModels(
  version: ModelVersion,
  artifacts: Record<string, Artifact>,
  unreadable?: (name: string, error: Error) => void
): Model[] {
  const options = version.config.models as Record<string, Record<string, unknown>> | undefined
  const ids: Uint8Array[] = []
  return MODELS.flatMap(({ name, create }) => {
    try {
      if (!artifacts[name]) return []
      const model = create(options?.[name])
      model.load(withShared(ids, artifacts[name]))
      return [model]
    } catch (error) {
      if (!unreadable) throw error
      unreadable(name, error as Error)
      return []
    }
  })
}

/** Models that were fitted on the same items get their ids as one block, and so hold them together. */
function withShared(known: Uint8Array[], { meta, arrays }: Artifact): Artifact {
  const { items } = arrays
  if (!(items instanceof Uint8Array)) return { meta, arrays }
  const same = known.find((block) => Buffer.compare(block, items) === 0)
  if (!same) known.push(items)
  return { meta, arrays: { ...arrays, items: same ?? items } }
}
