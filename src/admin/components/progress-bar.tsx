interface ProgressBarProps {
  /** 0–1 */
  share: number
  /** What is under way and how far, in words. */
  label: string
}

/** A bar with its words beside it; the width alone says nothing to a screen reader. */
export function ProgressBar({ share, label }: ProgressBarProps) {
  const percent = Math.round(share * 100)
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      className="bg-ui-bg-component border-ui-border-base h-2 w-full overflow-hidden rounded-full border"
    >
      <div
        className="bg-ui-tag-blue-icon h-full rounded-full transition-[width] motion-reduce:transition-none"
        style={{ width: `${percent}%` }}
      />
    </div>
  )
}
