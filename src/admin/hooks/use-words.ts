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
}

export function useWords(): Words {
  const { t, i18n } = useTranslation(NAMESPACE)
  return useMemo(() => {
    const words = (key: string, values: Record<string, string> = {}, otherwise = key) =>
      t(key, { ...values, defaultValue: otherwise })
    return {
      ...createFormat(i18n.language),
      t: words,
      model: (name) => words(`model.${name}`, {}, name),
      metric(metric) {
        const { name, at } = splitMetric(metric)
        const label = words(`metric.${name}.label`, {}, name)
        return at === undefined ? label : `${label}@${at}`
      },
    }
  }, [t, i18n.language])
}
