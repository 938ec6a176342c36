import { finish, finishInTurns, type Artifact, type Steps } from "../lib"
import { ItemTable } from "./item-table"
import type { Model } from "./model"
import type { ModelVersion } from "./model-store.port"
import { MODELS } from "./registry"

/** Is told of a model that cannot be loaded, and the others are; without it that throws. */
type Unreadable = (name: string, error: Error) => void

/** Models of a version, ready to be asked; one that this release no longer knows is left out. */
export function loadModels(
  version: ModelVersion,
  artifacts: Record<string, Artifact>,
  unreadable?: Unreadable
): Model[] {
  return finish(loading(version, artifacts, unreadable))
}

/** The same beside requests: no turn of the event loop is longer than what a model has to do in one piece. */
export function loadModelsInTurns(
  version: ModelVersion,
  artifacts: Record<string, Artifact>,
  unreadable?: Unreadable
): Promise<Model[]> {
  return finishInTurns(loading(version, artifacts, unreadable))
}

function* loading(
  version: ModelVersion,
  artifacts: Record<string, Artifact>,
  unreadable: Unreadable | undefined
): Steps<Model[]> {
  const options = version.config.models as Record<string, Record<string, unknown>> | undefined
  const ids: Uint8Array[] = []
  const models: Model[] = []
  for (const { name, create } of MODELS) {
    if (!artifacts[name]) continue
    try {
      const artifact = withShared(ids, artifacts[name])
      if (artifact.arrays.items instanceof Uint8Array) yield* ItemTable.unpacking(artifact.arrays.items)
      yield
      const model = create(options?.[name])
      model.load(artifact)
      models.push(model)
    } catch (error) {
      if (!unreadable) throw error
      unreadable(name, error as Error)
    }
  }
  return models
}

/** Models that were fitted on the same items get their ids as one block, and so hold them together. */
function withShared(known: Uint8Array[], { meta, arrays }: Artifact): Artifact {
  const { items } = arrays
  if (!(items instanceof Uint8Array)) return { meta, arrays }
  const same = known.find((block) => Buffer.compare(block, items) === 0)
  if (!same) known.push(items)
  return { meta, arrays: { ...arrays, items: same ?? items } }
}
