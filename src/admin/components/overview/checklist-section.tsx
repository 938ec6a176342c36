import { CheckCircleSolid, CircleDottedLine } from "@medusajs/icons"
import { StatusBadge, Text } from "@medusajs/ui"
import type { UseQueryResult } from "@tanstack/react-query"
import { useWords } from "../../hooks/use-words"
import type { ChecklistItem, OverviewResponse } from "../../lib/api"
import { QueryState } from "../query-state"
import { Section } from "../section"

/** What a shop needs before it recommends well, and what of it is there. */
export function ChecklistSection({ query }: { query: UseQueryResult<OverviewResponse, Error> }) {
  const { t, number } = useWords()
  const items = query.data?.checklist
  const progress = items && {
    done: number(items.filter((item) => item.ok).length),
    all: number(items.length),
  }
  return (
    <Section title={t("checklist.title")} subtitle={progress && t("checklist.progress", progress)}>
      <QueryState query={query} rows={5}>
        {({ checklist }) => (
          <ul className="divide-y">
            {checklist.map((item) => (
              <ChecklistRow key={item.key} item={item} />
            ))}
          </ul>
        )}
      </QueryState>
    </Section>
  )
}

function ChecklistRow({ item }: { item: ChecklistItem }) {
  const { t } = useWords()
  const Icon = item.ok ? CheckCircleSolid : CircleDottedLine
  return (
    <li className="flex items-center gap-x-3 px-6 py-3">
      <Icon aria-hidden className={item.ok ? "text-ui-tag-green-icon" : "text-ui-fg-muted"} />
      <div className="min-w-0 flex-1">
        <Text size="small" leading="compact" weight="plus">
          {t(`checklist.item.${item.key}`, {}, item.key)}
        </Text>
        <Text size="small" leading="compact" lang="en" dir="auto" className="text-ui-fg-subtle text-pretty">
          {item.detail}
        </Text>
        {!item.ok && (
          <Text size="small" leading="compact" className="text-ui-fg-subtle text-pretty pt-1">
            {t(`checklist.hint.${item.key}`, {}, "")}
          </Text>
        )}
      </div>
      <StatusBadge color={item.ok ? "green" : "orange"}>
        {item.ok ? t("checklist.done") : t("checklist.open")}
      </StatusBadge>
    </li>
  )
}
