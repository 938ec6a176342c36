import { useWords } from "../../hooks/use-words"
import type { OverviewResponse } from "../../lib/api"
import { Loading } from "../query-state"
import { Section, SectionRow } from "../section"

/** The engine in figures: live model, index, queue. */
export function EngineSection({ overview }: { overview: OverviewResponse | undefined }) {
  const { t } = useWords()
  return (
    <Section title={t("engine.title")}>
      {overview ? <Engine overview={overview} /> : <Loading rows={5} />}
    </Section>
  )
}

function Engine({ overview: { live, index, queue_depth } }: { overview: OverviewResponse }) {
  const words = useWords()
  const { t, number } = words
  return (
    <dl className="divide-y">
      <SectionRow title={t("engine.live")}>
        {live ? <span className="font-mono">{live.version}</span> : t("engine.noModel")}
      </SectionRow>
      {live && (
        <>
          <SectionRow title={t("engine.trained")}>{words.dateTime(live.createdAt)}</SectionRow>
          <SectionRow title={t("engine.window")}>
            {t("engine.windowText", {
              events: number(live.window.events),
              sessions: number(live.window.sessions),
              items: number(live.window.items),
            })}
          </SectionRow>
        </>
      )}
      <SectionRow title={t("engine.index")}>
        {t(`engine.indexKind.${index.kind}`, {}, index.kind)}
        <br />
        {t("engine.indexSize", { n: number(index.size) })}
      </SectionRow>
      {index.kind !== "exact" && (
        <SectionRow title={t("engine.fallbacks")}>{number(index.fallbacks)}</SectionRow>
      )}
      <SectionRow title={t("engine.queue")}>{number(queue_depth)}</SectionRow>
    </dl>
  )
}
