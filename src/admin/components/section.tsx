import { Container, Heading, Text } from "@medusajs/ui"
import { useId, type ReactNode } from "react"

interface SectionProps {
  title: string
  subtitle?: ReactNode
  level?: "h1" | "h2"
  /** Buttons at the end of the header. */
  actions?: ReactNode
  children?: ReactNode
}

/** A card of the dashboard: header with title and actions, then its rows. */
export function Section({ title, subtitle, level = "h2", actions, children }: SectionProps) {
  const id = useId()
  return (
    <Container className="divide-y p-0" role="region" aria-labelledby={id}>
      <div className="flex flex-wrap items-center justify-between gap-3 px-6 py-4">
        <div className="min-w-0">
          <Heading level={level} id={id}>
            {title}
          </Heading>
          {subtitle && (
            <Text size="small" className="text-ui-fg-subtle text-pretty">
              {subtitle}
            </Text>
          )}
        </div>
        {actions && <div className="flex items-center gap-x-2">{actions}</div>}
      </div>
      {children}
    </Container>
  )
}

/** A row of a section: what it is, and its value. */
export function SectionRow({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="text-ui-fg-subtle grid grid-cols-2 items-center gap-4 px-6 py-4">
      <dt className="txt-compact-small-plus">{title}</dt>
      <dd className="txt-compact-small min-w-0 break-words">{children}</dd>
    </div>
  )
}
