import { Badge } from "@medusajs/ui"
import { useWords } from "../../hooks/use-words"
import type { ModelVersion, OverviewResponse } from "../../lib/api"
import { metricsTable, splitMetric, type MetricCell, type MetricsRow } from "../../lib/metrics-table"
import { DataGrid } from "../data-grid"
import { Loading, Notice } from "../query-state"
import { Section } from "../section"

/** How good the live models are on sessions they had not seen, beside popularity. */
export function LiveModelSection({ overview }: { overview: OverviewResponse | undefined }) {
  const { t } = useWords()
  return (
    <Section title={t("live.title")} subtitle={t("live.subtitle")}>
      {overview ? <LiveModel live={overview.live} /> : <Loading />}
    </Section>
  )
}

function LiveModel({ live }: { live: ModelVersion | null }) {
  const words = useWords()
  const { t } = words
  if (!live) return <Notice title={t("live.emptyTitle")} text={t("live.emptyText")} />
  const { metrics, rows, counts } = metricsTable(live.metrics)
  if (rows.length === 0) return <Notice title={t("live.noMetrics")} />
  return (
    <div className="divide-y">
      <DataGrid
        label={t("live.title")}
        rows={rows}
        rowKey={({ model }) => model}
        columns={[
          { key: "model", header: t("live.model"), cell: (row) => <ModelName row={row} /> },
          ...metrics.map((metric, index) => ({
            key: metric,
            header: words.metric(metric),
            cell: (row: MetricsRow) => <Figure cell={row.cells[index]} />,
            figures: true,
          })),
        ]}
      />
      <Figures metrics={metrics} counts={counts} />
    </div>
  )
}

function ModelName({ row }: { row: MetricsRow }) {
  const { t, model } = useWords()
  return (
    <span className="text-ui-fg-base flex items-center gap-x-2 whitespace-nowrap">
      {model(row.model)}
      {row.baseline && <Badge size="2xsmall">{t("live.baseline")}</Badge>}
    </span>
  )
}

/** The value; under it, in words and with its sign, how it compares with popularity. */
function Figure({ cell }: { cell: MetricCell | undefined }) {
  const { t, score, change } = useWords()
  if (!cell) return t("common.none")
  const { value, interval, lift } = cell
  return (
    <span className="flex flex-col items-end">
      <span className="text-ui-fg-base">{score(value)}</span>
      {interval && (
        <bdi dir="ltr" className="txt-compact-xsmall">
          [{score(interval.low)}–{score(interval.high)}]
        </bdi>
      )}
      {lift !== undefined && (
        <span className="txt-compact-xsmall" title={t("live.lift", { change: change(lift) })}>
          {change(lift)}
        </span>
      )}
    </span>
  )
}

interface FiguresProps {
  metrics: readonly string[]
  counts: Record<string, number>
}

/** On how much the figures rest, and what each of them means. */
function Figures({ metrics, counts }: FiguresProps) {
  const words = useWords()
  const { t, number } = words
  const { examples = 0, basket_examples: baskets = 0 } = counts
  const explained = [...new Set(metrics.map((metric) => splitMetric(metric).name))]
    .map((name) => ({ name, text: t(`metric.${name}.text`, {}, "") }))
    .filter(({ text }) => text !== "")
  return (
    <details className="px-6 py-4">
      <summary className="txt-compact-small-plus text-ui-fg-subtle w-fit cursor-pointer">
        {t("live.figures")}
      </summary>
      <p className="txt-small text-ui-fg-subtle pt-3">
        {t("live.measured", { n: number(examples), baskets: number(baskets) })}
      </p>
      <dl className="flex flex-col gap-y-1 pt-3">
        {explained.map(({ name, text }) => (
          <div key={name} className="flex gap-x-2">
            <dt className="txt-small-plus w-24 shrink-0">{words.metric(name)}</dt>
            <dd className="txt-small text-ui-fg-subtle">{text}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
