import { ExclamationCircle } from "@medusajs/icons"
import { Alert, Button, Skeleton, Text } from "@medusajs/ui"
import type { UseQueryResult } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { useWords } from "../hooks/use-words"

interface QueryStateProps<T> {
  query: UseQueryResult<T, Error>
  /** Rows of the skeleton while the first answer is on its way. */
  rows?: number
  children: (data: T) => ReactNode
}

/** Shows a query's data; before it, a skeleton; with it or instead of it, that it could not be had. */
export function QueryState<T>({ query, rows, children }: QueryStateProps<T>) {
  return (
    <>
      <QueryError query={query} />
      {query.data !== undefined ? children(query.data) : !query.error && <Loading rows={rows} />}
    </>
  )
}

/** Nothing while all is well; else what went wrong, and trying again. Old data stays in view beside it. */
export function QueryError({ query }: { query: UseQueryResult<unknown, Error> }) {
  const { t } = useWords()
  const { data, error, isFetching, refetch } = query
  if (!error) return null
  const retry = (
    <Button variant="secondary" size="small" isLoading={isFetching} onClick={() => void refetch()}>
      {t("common.retry")}
    </Button>
  )
  if (data === undefined) {
    return (
      <Notice title={t("common.failed")} text={error.message} role="alert">
        {retry}
      </Notice>
    )
  }
  return (
    <div className="flex flex-wrap items-center gap-3 px-6 py-3">
      <Alert variant="warning" className="flex-1">
        {t("common.stale")}
      </Alert>
      {retry}
    </div>
  )
}

/** The place of data that is on its way. */
export function Loading({ rows = 3 }: { rows?: number }) {
  const { t } = useWords()
  return (
    <div role="status" aria-label={t("common.loading")} className="flex flex-col gap-y-3 px-6 py-4">
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} className="h-7 w-full" />
      ))}
    </div>
  )
}

interface NoticeProps {
  title: string
  text?: string
  icon?: ReactNode
  role?: "alert"
  children?: ReactNode
}

/** In the place of data: nothing is there yet, or it could not be had. */
export function Notice({ title, text, icon, role, children }: NoticeProps) {
  return (
    <div role={role} className="flex min-h-[150px] flex-col items-center justify-center gap-y-4 px-6 py-6">
      <div className="flex flex-col items-center gap-y-3">
        {icon ?? <ExclamationCircle aria-hidden className="text-ui-fg-subtle" />}
        <div className="flex flex-col items-center gap-y-1 text-center">
          <Text size="small" leading="compact" weight="plus">
            {title}
          </Text>
          {text && (
            <Text size="small" className="text-ui-fg-subtle max-w-[440px] text-pretty">
              {text}
            </Text>
          )}
        </div>
      </div>
      {children}
    </div>
  )
}
