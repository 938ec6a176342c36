import { Button, StatusBadge, toast } from "@medusajs/ui"
import { useConfirm } from "../../hooks/use-confirm"
import { useModels, useRollback } from "../../hooks/use-models"
import { useWords } from "../../hooks/use-words"
import type { ModelVersion, VersionStatus } from "../../lib/api"
import { DataGrid, type Column } from "../data-grid"
import { Notice, QueryState } from "../query-state"
import { Section } from "../section"
import { ServerText } from "../server-text"

const COLOR: Record<VersionStatus, "green" | "blue" | "orange" | "purple" | "grey" | "red"> = {
  live: "green",
  candidate: "blue",
  shadow: "purple",
  canary: "orange",
  retired: "grey",
  failed: "red",
}

/** Kept model versions; any that works can be made live, after a question. */
export function VersionsSection() {
  const { t } = useWords()
  const query = useModels()
  const change = useChangeLive()
  const versions = query.data?.versions ?? []
  const hasPrevious = versions.some(({ status }) => status === "retired")
  return (
    <Section
      title={t("versions.title")}
      actions={
        hasPrevious && (
          <Button variant="secondary" size="small" onClick={() => void change()}>
            {t("versions.back")}
          </Button>
        )
      }
    >
      <QueryState query={query}>
        {() =>
          versions.length > 0 ? (
            <VersionsTable versions={versions} change={change} />
          ) : (
            <Notice title={t("versions.emptyTitle")} text={t("versions.emptyText")} />
          )
        }
      </QueryState>
    </Section>
  )
}

/** Asks first, then changes the live version and says what came of it. */
function useChangeLive() {
  const { t } = useWords()
  const confirm = useConfirm()
  const rollback = useRollback({
    done: (live) =>
      toast.success(t("versions.done"), {
        description: live ? t("versions.doneText", { version: live.version }) : undefined,
      }),
    failed: (error) => toast.error(t("versions.failed"), { description: error.message }),
  })
  return async (version?: string) => {
    const sure = await confirm({
      title: t("versions.confirmTitle"),
      description: version ? t("versions.confirmVersion", { version }) : t("versions.confirmBack"),
      confirmText: version ? t("versions.makeLive") : t("versions.back"),
      cancelText: t("versions.cancel"),
      variant: "confirmation",
    })
    if (sure && !rollback.isPending) rollback.mutate(version)
  }
}

interface VersionsTableProps {
  versions: ModelVersion[]
  change: (version: string) => Promise<void>
}

function VersionsTable({ versions, change }: VersionsTableProps) {
  const words = useWords()
  const { t } = words
  const columns: Column<ModelVersion>[] = [
    {
      key: "version",
      header: t("versions.version"),
      cell: ({ version }) => <span className="text-ui-fg-base font-mono">{version}</span>,
    },
    {
      key: "status",
      header: t("versions.status"),
      cell: ({ status, reason }) => (
        <>
          <StatusBadge color={COLOR[status]}>{t(`versions.state.${status}`, {}, status)}</StatusBadge>
          {reason && (
            <span className="block min-w-40 max-w-[280px] text-pretty">
              <ServerText>{reason}</ServerText>
            </span>
          )}
        </>
      ),
    },
    {
      key: "created",
      header: t("versions.created"),
      cell: ({ createdAt }) => <span className="whitespace-nowrap">{words.dateTime(createdAt)}</span>,
    },
    {
      key: "learned",
      header: t("versions.learned"),
      cell: ({ window }) => words.number(window.events),
      figures: true,
    },
    {
      key: "actions",
      header: "",
      cell: ({ version, status }) =>
        status !== "live" &&
        status !== "failed" && (
          <Button
            variant="secondary"
            size="small"
            aria-label={t("versions.makeLiveFor", { version })}
            onClick={() => void change(version)}
          >
            {t("versions.makeLive")}
          </Button>
        ),
      figures: true,
    },
  ]
  return (
    <DataGrid
      label={t("versions.title")}
      rows={versions}
      rowKey={({ version }) => version}
      columns={columns}
      pageSize={5}
    />
  )
}
