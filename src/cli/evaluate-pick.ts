import { measure, nextItemExamples, basketExamples, mean, temporalFold } from "../services/models"
import type { FitContext, ModelDefinition, TrainingData } from "../services/models"

/**
 * Name of the model whose lists stand for all: the only one asked for beside popularity, else the one with the
 * best HR@20 on the newest tenth of the training sessions. The test examples have no say.
 */
export async function pickByValidation(
  definitions: readonly ModelDefinition[],
  options: Record<string, Record<string, unknown>>,
  data: TrainingData,
  seed: number,
  fit: Pick<FitContext, "logger" | "trainer" | "parallel">
): Promise<string> {
  const others = definitions.filter(({ name }) => name !== "popularity")
  if (others.length <= 1) return others[0]?.name ?? "popularity"
  const fold = temporalFold(data, 0.1)
  const steps = nextItemExamples(fold, 5000)
  const examples = steps.length > 0 ? steps : basketExamples(fold, 5000)
  const context = { seed, ...fit, progress() {}, checkCancelled() {} }
  let best = { name: "popularity", hr: -1 }
  for (const { name, create } of definitions) {
    const model = create(options[name])
    await model.fit(fold.train, context)
    const hr = mean(measure(model, examples, 0, context).perExample.map((metrics) => metrics.hr))
    if (hr > best.hr) best = { name, hr }
  }
  return best.name
}
