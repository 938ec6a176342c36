import { ChartBar } from "@medusajs/icons"
import { Button } from "@medusajs/ui"
import { useMemo, useState } from "react"
import { useWords } from "../../hooks/use-words"
import type { OverviewResponse } from "../../lib/api"
import { minuteSeries, type MinuteSeries } from "../../lib/minutes"
import { DataGrid } from "../data-grid"
import { Loading, Notice } from "../query-state"
import { Section } from "../section"
import { EventsChart } from "./events-chart"

interface EventsSectionProps {
  overview: OverviewResponse | undefined
  /** When the overview was read, ms since the epoch. */
  readAt: number
}

/** Events of the last hour as a chart, or the same figures as a table. */
export function EventsSection({ overview, readAt }: EventsSectionProps) {
  const { t, number } = useWords()
  const [asTable, setAsTable] = useState(false)
  const series = useMemo(() => minuteSeries(overview?.events.per_minute ?? [], readAt), [overview, readAt])
  return (
    <Section
      title={t("events.title")}
      subtitle={overview && t("events.lastDay", { n: number(overview.events.last_24h) })}
      actions={
        series.total > 0 && (
          <Button variant="secondary" size="small" onClick={() => setAsTable(!asTable)}>
            {asTable ? t("events.asChart") : t("events.asTable")}
          </Button>
        )
      }
    >
      {overview ? <Events series={series} asTable={asTable} /> : <Loading rows={4} />}
    </Section>
  )
}

function Events({ series, asTable }: { series: MinuteSeries; asTable: boolean }) {
  const { t } = useWords()
  if (series.total === 0) {
    const icon = <ChartBar aria-hidden className="text-ui-fg-subtle" />
    return <Notice title={t("events.emptyTitle")} text={t("events.emptyText")} icon={icon} />
  }
  return asTable ? <MinuteTable series={series} /> : <EventsChart series={series} />
}

function MinuteTable({ series }: { series: MinuteSeries }) {
  const { t, number, time } = useWords()
  const newestFirst = useMemo(() => [...series.minutes].reverse(), [series])
  return (
    <DataGrid
      label={t("events.title")}
      rows={newestFirst}
      rowKey={({ start }) => String(start)}
      columns={[
        { key: "minute", header: t("events.minute"), cell: ({ start }) => time(start) },
        { key: "count", header: t("events.count"), cell: ({ count }) => number(count), figures: true },
      ]}
    />
  )
}
