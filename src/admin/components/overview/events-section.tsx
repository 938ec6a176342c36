import { ChartBar } from "@medusajs/icons"
import { Button } from "@medusajs/ui"
import type { UseQueryResult } from "@tanstack/react-query"
import { useMemo, useState } from "react"
import { useWords } from "../../hooks/use-words"
import type { OverviewResponse } from "../../lib/api"
import { minuteSeries, type MinuteSeries } from "../../lib/minutes"
import { DataGrid } from "../data-grid"
import { Notice, QueryState } from "../query-state"
import { Section } from "../section"
import { EventsChart } from "./events-chart"

/** Events of the last hour as a chart, or the same figures as a table. */
export function EventsSection({ query }: { query: UseQueryResult<OverviewResponse, Error> }) {
  const { t, number } = useWords()
  const [asTable, setAsTable] = useState(false)
  const { data, dataUpdatedAt } = query
  const series = useMemo(
    () => minuteSeries(data?.events.per_minute ?? [], dataUpdatedAt),
    [data, dataUpdatedAt]
  )
  return (
    <Section
      title={t("events.title")}
      subtitle={data && t("events.lastDay", { n: number(data.events.last_24h) })}
      actions={
        series.total > 0 && (
          <Button variant="secondary" size="small" onClick={() => setAsTable(!asTable)}>
            {asTable ? t("events.asChart") : t("events.asTable")}
          </Button>
        )
      }
    >
      <QueryState query={query} rows={4}>
        {() => {
          if (series.total === 0) {
            const icon = <ChartBar aria-hidden className="text-ui-fg-subtle" />
            return <Notice title={t("events.emptyTitle")} text={t("events.emptyText")} icon={icon} />
          }
          return asTable ? <MinuteTable series={series} /> : <EventsChart series={series} />
        }}
      </QueryState>
    </Section>
  )
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
