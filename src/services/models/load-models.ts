import type { Artifact } from "../lib"
import type { Model } from "./model"
import type { ModelVersion } from "./model-store.port"
import { MODELS } from "./registry"

/** Models of a version, ready to be asked; one that this release no longer knows is left out. */
export function loadModels(version: ModelVersion, artifacts: Record<string, Artifact>): Model[] {
  const options = version.config.models as Record<string, Record<string, unknown>> | undefined
  return MODELS.filter(({ name }) => artifacts[name]).map(({ name, create }) => {
    const model = create(options?.[name])
    model.load(artifacts[name])
    return model
  })
}
