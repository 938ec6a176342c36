import { useMemo } from "react"
import { useTranslation } from "react-i18next"
import { NAMESPACE } from "../i18n/namespace"
import { createFormat, type Format } from "../lib/format"
import { splitMetric } from "../lib/metrics-table"

/** Words, numbers and times in the language of the dashboard. */
export interface Words extends Format {
  /** Text of a key of `i18n/json/en.json`; with `otherwise` for keys that a newer server may bring. */
  t(key: string, values?: Record<string, string>, otherwise?: string): string
  model(name: string): string
  /** `mrr@20` → MRR@20 */
  metric(name: string): string
  /** What a training run is doing: `fit:vmis-knn` → fitting Similar sessions. */
  stage(stage: string): string
}

export function useWords(): Words {
  const { t, i18n } = useTranslation(NAMESPACE)
  return useMemo(() => {
    const words = (key: string, values: Record<string, string> = {}, otherwise = key) =>
      t(key, { ...values, defaultValue: otherwise })
    const model = (name: string) => words(`model.${name}`, {}, name)
    return {
      ...createFormat(i18n.language),
      t: words,
      model,
      metric(metric) {
        const { name, at } = splitMetric(metric)
        const label = words(`metric.${name}.label`, {}, name)
        return at === undefined ? label : `${label}@${at}`
      },
      stage(stage) {
        const [step, name = ""] = stage.split(":")
        return words(`training.stage.${step!.replaceAll(" ", "_")}`, { model: model(name) }, stage)
      },
    }
  }, [t, i18n.language])
}
