import { AUDIT_FIGURES, type Audit, type AuditFigure } from "./audit"

/** What a figure may be; either side may be open. */
export interface Bound {
  min?: number
  max?: number
}

/** A bound that was crossed. */
export interface AuditAlert extends Bound {
  segment: string
  figure: AuditFigure
  value: number
}

/** Fewer lists say too little for an alarm. */
const ENOUGH_LISTS = 100

/** Figures of segments with enough lists that lie outside their bounds. */
export function crossed(audit: Audit, bounds: Partial<Record<AuditFigure, Bound>>): AuditAlert[] {
  return Object.entries(audit).flatMap(([segment, figures]) =>
    figures.lists < ENOUGH_LISTS
      ? []
      : (Object.entries(bounds) as [AuditFigure, Bound][]).flatMap(([figure, { min, max }]): AuditAlert[] => {
          const value = figures[figure]
          const out = (min !== undefined && value < min) || (max !== undefined && value > max)
          return out ? [{ segment, figure, value, min, max }] : []
        })
  )
}

/** Days that the newest one is compared with. */
const BEFORE = 7

/** How far the newest day's figures of all lists lie from the mean of the seven days before it; empty without such days. */
export function trendOf(days: readonly { audit: Audit }[]): Partial<Record<AuditFigure, number>> {
  const [newest, ...before] = days.flatMap(({ audit }) => audit.all ?? []).slice(0, BEFORE + 1)
  if (!newest || before.length === 0) return {}
  return Object.fromEntries(
    AUDIT_FIGURES.map((figure) => {
      const mean = before.reduce((sum, day) => sum + day[figure], 0) / before.length
      return [figure, newest[figure] - mean]
    })
  )
}
