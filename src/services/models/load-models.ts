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
  return MODELS.flatMap(({ name, create }) => {
    try {
      if (!artifacts[name]) return []
      const model = create(options?.[name])
      model.load(artifacts[name])
      return [model]
    } catch (error) {
      if (!unreadable) throw error
      unreadable(name, error as Error)
      return []
    }
  })
}
