import { Button, Text } from "@medusajs/ui"
import type { Run } from "../../lib/api"
import { useWords } from "../../hooks/use-words"
import { ProgressBar } from "../progress-bar"
import { Section } from "../section"

interface TrainingHeaderProps {
  running?: Run
  starting: boolean
  start: () => void
}

/** Head of the page: what it is, training now, and how far a run has come. */
export function TrainingHeader({ running, starting, start }: TrainingHeaderProps) {
  const { t, percent, stage } = useWords()
  const busy = starting || running !== undefined
  const progress =
    running && t("training.progress", { stage: stage(running.stage), percent: percent(running.progress) })
  return (
    <Section
      level="h1"
      title={t("title")}
      subtitle={t("subtitle")}
      actions={
        <Button
          size="small"
          // Not `disabled`: the keyboard that pressed it must not lose its place.
          aria-disabled={busy}
          className="aria-disabled:cursor-not-allowed aria-disabled:opacity-50"
          onClick={() => !busy && start()}
        >
          {running ? t("training.running") : t("training.start")}
        </Button>
      }
    >
      {running && progress && (
        <div className="flex flex-col gap-y-2 px-6 py-4">
          <Text size="small" leading="compact" className="text-ui-fg-subtle">
            {progress}
          </Text>
          <ProgressBar share={running.progress} label={progress} />
        </div>
      )}
    </Section>
  )
}
