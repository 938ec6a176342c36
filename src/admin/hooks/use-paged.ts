import { useState } from "react"

/** Cuts rows into pages; the page stays valid when rows go away. */
export function usePaged<T>(rows: readonly T[], pageSize: number) {
  const [wanted, setWanted] = useState(0)
  const pageCount = Math.max(1, Math.ceil(rows.length / pageSize))
  const pageIndex = Math.min(wanted, pageCount - 1)
  return {
    page: rows.slice(pageIndex * pageSize, (pageIndex + 1) * pageSize),
    pagination: {
      count: rows.length,
      pageSize,
      pageCount,
      pageIndex,
      canPreviousPage: pageIndex > 0,
      canNextPage: pageIndex < pageCount - 1,
      previousPage: () => setWanted(pageIndex - 1),
      nextPage: () => setWanted(pageIndex + 1),
    },
  }
}
