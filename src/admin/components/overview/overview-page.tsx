import { Container, toast } from "@medusajs/ui"
import { useOverview } from "../../hooks/use-overview"
import { useTraining } from "../../hooks/use-training"
import { useWords } from "../../hooks/use-words"
import type { Run } from "../../lib/api"
import { QueryError } from "../query-state"
import { ChecklistSection } from "./checklist-section"
import { EngineSection } from "./engine-section"
import { EventsSection } from "./events-section"
import { LiveModelSection } from "./live-model-section"
import { RunsSection } from "./runs-section"
import { TrainingHeader } from "./training-header"
import { VersionsSection } from "./versions-section"

/** The whole page: what is set up, what happens, how good the models are, and what was trained. */
export function OverviewPage() {
  const query = useOverview()
  const { data: overview, error, dataUpdatedAt } = query
  const { t } = useWords()
  const training = useTraining({
    ended: useTellEnd(),
    failed: (error) => toast.error(t("training.notStarted"), { description: error.message }),
  })
  // Said once for the whole page, not once for each section that is made from the same answer.
  const missing = error !== null && overview === undefined
  return (
    <div className="flex flex-col gap-y-3">
      <TrainingHeader running={training.running} starting={training.starting} start={training.start} />
      {error && (
        <Container className="p-0">
          <QueryError query={query} />
        </Container>
      )}
      <div className="flex flex-col gap-3 xl:grid xl:grid-cols-[minmax(0,1fr)_400px] xl:items-start">
        <div className="flex min-w-0 flex-col gap-y-3">
          {!missing && <EventsSection overview={overview} readAt={dataUpdatedAt} />}
          {!missing && <LiveModelSection overview={overview} />}
          <VersionsSection />
          <RunsSection query={training.query} />
        </div>
        {!missing && (
          <div className="flex min-w-0 flex-col gap-y-3">
            <ChecklistSection overview={overview} />
            <EngineSection overview={overview} />
          </div>
        )}
      </div>
    </div>
  )
}

/** Says what came of a run, whatever else the admin is looking at on the page. */
function useTellEnd() {
  const { t } = useWords()
  return (run: Run) => {
    const { version = "", reason, promoted } = run
    if (run.status === "failed") toast.error(t("training.failed"), { description: run.error?.message })
    else if (run.status === "cancelled") toast.info(t("training.cancelled"))
    else if (promoted)
      toast.success(t("training.succeeded"), { description: t("training.promoted", { version }) })
    else
      toast.info(t("training.succeeded"), {
        description: t("training.kept", { version, reason: reason ?? "" }),
      })
  }
}
