import { StatusBadge } from "@medusajs/ui"
import type { UseQueryResult } from "@tanstack/react-query"
import { useWords } from "../../hooks/use-words"
import type { Run, RunStatus } from "../../lib/api"
import { durationOf } from "../../lib/runs"
import { DataGrid, type Column } from "../data-grid"
import { Notice, QueryState } from "../query-state"
import { Section } from "../section"
import { ServerText } from "../server-text"

const COLOR: Record<RunStatus, "blue" | "green" | "red" | "grey"> = {
  running: "blue",
  succeeded: "green",
  failed: "red",
  cancelled: "grey",
}

/** Training runs, newest first, with what came of each. */
export function RunsSection({ query }: { query: UseQueryResult<{ runs: Run[] }, Error> }) {
  const words = useWords()
  const { t } = words
  const now = query.dataUpdatedAt
  const columns: Column<Run>[] = [
    {
      key: "started",
      header: t("training.started"),
      cell: (run) => <span className="whitespace-nowrap">{words.dateTime(Date.parse(run.started_at))}</span>,
    },
    {
      key: "status",
      header: t("training.status"),
      cell: ({ status }) => (
        <StatusBadge color={COLOR[status]}>{t(`training.state.${status}`, {}, status)}</StatusBadge>
      ),
    },
    { key: "outcome", header: t("training.outcome"), cell: (run) => <Outcome run={run} /> },
    {
      key: "duration",
      header: t("training.duration"),
      cell: (run) => words.duration(durationOf(run, now)),
      figures: true,
    },
  ]
  return (
    <Section title={t("training.title")}>
      <QueryState query={query}>
        {({ runs }) =>
          runs.length > 0 ? (
            <DataGrid
              label={t("training.title")}
              rows={runs}
              rowKey={(run) => run.id}
              columns={columns}
              pageSize={5}
            />
          ) : (
            <Notice title={t("training.emptyTitle")} text={t("training.emptyText")} />
          )
        }
      </QueryState>
    </Section>
  )
}

function Outcome({ run }: { run: Run }) {
  const { t, percent, stage } = useWords()
  if (run.status === "running") return `${stage(run.stage)}, ${percent(run.progress)}`
  if (run.error) return <ServerText>{run.error.message}</ServerText>
  return (
    <span>
      <span className="font-mono">{run.version ?? t("common.none")}</span>
      {run.reason && (
        <span className="block text-pretty">
          <ServerText>{run.reason}</ServerText>
        </span>
      )}
    </span>
  )
}
