import { PersonalizationError } from "../lib"
import type { ModelDefinition } from "./model"
import { MODELS } from "./registry"

/** A shop never wants the product it is looking at recommended, though reloads make sessions stay on it. */
const SHOP_DEFAULTS: Readonly<Record<string, Record<string, unknown>>> = {
  "sequential-rules": { recommendLast: "never" },
  "association-rules": { recommendLast: "never" },
  "vmis-knn": { recommendLast: "never" },
  vstan: { recommendLast: "never" },
}

/** What every version is judged against, so that it is always trained. */
export const BASELINE = "popularity"

export type OptionsByModel = Readonly<Record<string, Readonly<Record<string, unknown>>>>

/** A model to train, and with which options. */
export interface PlannedModel {
  definition: ModelDefinition
  options: Record<string, unknown>
}

/**
 * The models of these names (all: no names) in the order of the registry, popularity among them. One that is made of
 * others is made of those that are planned, with their options.
 * @throws PersonalizationError `invalid_option` that names the unknown model or the wrong option
 */
export function planModels(names: readonly string[] | undefined, given: OptionsByModel = {}): PlannedModel[] {
  const known = MODELS.map(({ name }) => name)
  for (const [option, asked] of [
    ["training.models", names ?? []],
    ["training.modelOptions", Object.keys(given)],
  ] as const) {
    const unknown = asked.find((name) => !known.includes(name))
    if (unknown === undefined) continue
    const message = `there is no model "${unknown}"; there are ${known.join(", ")}`
    const fields = [{ path: option, message }]
    throw new PersonalizationError("invalid_option", `option \`${option}\`: ${message}`, { fields })
  }
  const planned: PlannedModel[] = []
  for (const definition of MODELS) {
    const { name } = definition
    if (names && name !== BASELINE && !names.includes(name)) continue
    const parts = planned.filter((one) => definition.of?.includes(one.definition))
    const ofParts = definition.of && {
      sources: parts.map((one) => one.definition.name).join(","),
      sourceOptions: Object.fromEntries(parts.map((one) => [one.definition.name, one.options])),
    }
    planned.push({ definition, options: { ...SHOP_DEFAULTS[name], ...ofParts, ...given[name] } })
  }
  for (const { definition, options } of planned) definition.create(options)
  return planned
}
