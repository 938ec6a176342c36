import { Text } from "@medusajs/ui"
import { useWords } from "../../hooks/use-words"
import type { MinuteSeries } from "../../lib/minutes"

/** Height of the plot in its own units; the width is one unit per minute, and both stretch to the card. */
const HEIGHT = 100
const BAR = 0.7
/** Where a cut bar is broken, from the top. */
const BREAK = 14

/** Bars, one per minute. The words around them are HTML, so that stretching the plot never stretches a letter. */
export function EventsChart({ series }: { series: MinuteSeries }) {
  const { t, number, time, list } = useWords()
  const { minutes, total, ceiling } = series
  const beyond = minutes.filter(({ cut }) => cut)
  const summary = t("events.summary", {
    minutes: number(minutes.length),
    total: number(total),
    most: number(Math.max(...minutes.map(({ count }) => count))),
  })
  const ticks = [0, 20, 40, minutes.length - 1].map((index) => minutes[index]!)
  return (
    // Time runs from left to right in every language here, as the axis says.
    <figure className="px-6 py-4" dir="ltr">
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
        <Text
          as="div"
          size="xsmall"
          aria-hidden
          className="text-ui-fg-subtle flex flex-col justify-between text-right"
        >
          <span>{number(ceiling)}</span>
          <span>{number(0)}</span>
        </Text>
        <svg
          role="img"
          aria-label={summary}
          viewBox={`0 0 ${minutes.length} ${HEIGHT}`}
          preserveAspectRatio="none"
          className="text-ui-tag-blue-icon h-40 w-full overflow-visible"
        >
          {[0, HEIGHT / 2, HEIGHT].map((y) => (
            <line
              key={y}
              x1={0}
              x2={minutes.length}
              y1={y}
              y2={y}
              className="stroke-ui-border-base"
              vectorEffect="non-scaling-stroke"
            />
          ))}
          {minutes.map(({ start, count, open, cut }, index) => {
            const height = cut ? HEIGHT : (count / ceiling) * HEIGHT
            return (
              <rect
                key={start}
                x={index + (1 - BAR) / 2}
                y={HEIGHT - height}
                width={BAR}
                height={height}
                fill="currentColor"
                fillOpacity={open ? 0.15 : 1}
                stroke={open ? "currentColor" : "none"}
                strokeDasharray="3 2"
                vectorEffect="non-scaling-stroke"
              >
                <title>{`${time(start)}: ${number(count)}`}</title>
              </rect>
            )
          })}
          {minutes.map(
            ({ start, cut }, index) =>
              cut && (
                // A slanted gap says that the bar goes on beyond the axis.
                <line
                  key={start}
                  x1={index}
                  x2={index + 1}
                  y1={BREAK + 4}
                  y2={BREAK - 4}
                  strokeWidth={4}
                  className="stroke-ui-bg-base"
                  vectorEffect="non-scaling-stroke"
                />
              )
          )}
        </svg>
        <Text
          as="div"
          size="xsmall"
          aria-hidden
          className="text-ui-fg-subtle col-start-2 flex justify-between pt-1"
        >
          {ticks.map(({ start }) => (
            <bdi key={start}>{time(start)}</bdi>
          ))}
        </Text>
      </div>
      <figcaption dir="auto" className="txt-xsmall text-ui-fg-subtle pt-2">
        <p>{t("events.openMinute")}</p>
        {beyond.length > 0 && (
          <p>
            {t("events.cut", {
              list: list(beyond.map(({ start, count }) => `${time(start)}: ${number(count)}`)),
            })}
          </p>
        )}
      </figcaption>
    </figure>
  )
}
