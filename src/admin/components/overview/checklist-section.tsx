import { CheckCircleSolid, CircleDottedLine } from "@medusajs/icons"
import { StatusBadge, Text } from "@medusajs/ui"
import { useWords } from "../../hooks/use-words"
import type { ChecklistItem, OverviewResponse } from "../../lib/api"
import { Loading } from "../query-state"
import { Section } from "../section"
import { ServerText } from "../server-text"

/** What a shop needs before it recommends well, and what of it is there. */
export function ChecklistSection({ overview }: { overview: OverviewResponse | undefined }) {
  const { t, number } = useWords()
  const items = overview?.checklist
  const progress = items && {
    done: number(items.filter((item) => item.ok).length),
    all: number(items.length),
  }
  return (
    <Section title={t("checklist.title")} subtitle={progress && t("checklist.progress", progress)}>
      {items ? (
        <ul className="divide-y">
          {items.map((item) => (
            <ChecklistRow key={item.key} item={item} />
          ))}
        </ul>
      ) : (
        <Loading rows={4} />
      )}
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
        <Text size="small" leading="compact" className="text-ui-fg-subtle text-pretty">
          <ServerText>{item.detail}</ServerText>
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
