import { Table, clx } from "@medusajs/ui"
import type { ReactNode } from "react"
import { usePaged } from "../hooks/use-paged"
import { useWords } from "../hooks/use-words"

export interface Column<T> {
  key: string
  /** Empty for a column of buttons. */
  header: string
  cell: (row: T) => ReactNode
  /** Figures stand at the end of their column, all digits of the same width. */
  figures?: boolean
}

// The card draws the last line; and the components' padding is on the wrong side when text runs to the left.
const TABLE = "[&_tbody]:border-b-0 [&_tbody_tr:last-child]:border-b-0 rtl:[&_tr>*:last-child]:pl-6"

interface DataGridProps<T> {
  /** What the table is about, for those who do not see it. */
  label: string
  columns: Column<T>[]
  rows: readonly T[]
  rowKey: (row: T) => string
  pageSize?: number
}

/** A table in the dashboard's look whose first column names the row; long ones are cut into pages. */
export function DataGrid<T>({ label, columns, rows, rowKey, pageSize = 10 }: DataGridProps<T>) {
  const { t } = useWords()
  const { page, pagination } = usePaged(rows, pageSize)
  return (
    <div className="divide-y">
      {/* Wide tables scroll; the keyboard must be able to scroll them, too. */}
      <div className="overflow-x-auto" tabIndex={0} role="group" aria-label={label}>
        <Table aria-label={label} className={TABLE}>
          <Table.Header>
            <Table.Row>
              {columns.map((column) => (
                <Table.HeaderCell key={column.key} scope="col" className={alignment(column)}>
                  {column.header}
                </Table.HeaderCell>
              ))}
            </Table.Row>
          </Table.Header>
          <Table.Body>
            {page.map((row) => (
              <Table.Row key={rowKey(row)}>
                {columns.map((column, index) => (
                  <Table.Cell
                    key={column.key}
                    role={index === 0 ? "rowheader" : undefined}
                    className={clx("py-2", alignment(column))}
                  >
                    {column.cell(row)}
                  </Table.Cell>
                ))}
              </Table.Row>
            ))}
          </Table.Body>
        </Table>
      </div>
      {pagination.pageCount > 1 && (
        <Table.Pagination
          {...pagination}
          translations={{
            of: t("common.of"),
            results: t("common.results"),
            pages: t("common.pages"),
            prev: t("common.previous"),
            next: t("common.next"),
          }}
        />
      )}
    </div>
  )
}

function alignment<T>(column: Column<T>): string {
  return column.figures ? "text-end tabular-nums whitespace-nowrap" : "text-start"
}
