import { parse } from "csv-parse"
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { createGunzip } from "node:zlib"
import type { Product } from "../../services/features"
import { findFile } from "./lines"

const ITEMS = /^items\.csv$/
const COLUMNS = {
  id: /^(item_?id|product_?id|id)$/i,
  title: /^(title|name|textual_id)$/i,
  categories: /^categor/i,
  brand: /^brand$/i,
  description: /^description$/i,
}

/** Rows of `items.csv` as products, [] where the folder has none. Categories are cut at `|`, most general first. */
export async function readItemTable(folder: string, files: readonly string[]): Promise<Product[]> {
  const file = findFile(files, ITEMS)
  if (!file) return []
  const raw = createReadStream(join(folder, file))
  const rows = (file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw).pipe(
    parse({ relax_column_count: true })
  )
  const products: Product[] = []
  let at: Record<keyof typeof COLUMNS, number> | undefined
  for await (const row of rows as AsyncIterable<string[]>) {
    if (!at) {
      const find = (pattern: RegExp) => row.findIndex((column) => pattern.test(column.trim()))
      at = {
        id: find(COLUMNS.id),
        title: find(COLUMNS.title),
        categories: find(COLUMNS.categories),
        brand: find(COLUMNS.brand),
        description: find(COLUMNS.description),
      }
      continue
    }
    const cell = (column: number) => (column >= 0 ? (row[column]?.trim() ?? "") : "")
    const id = cell(at.id)
    if (id)
      products.push(
        plainProduct(id, cell(at.title), cell(at.categories), cell(at.brand), cell(at.description))
      )
  }
  return products
}

function plainProduct(
  id: string,
  title: string,
  categories: string,
  brand: string,
  description: string
): Product {
  return {
    id,
    title,
    ...(description && { description }),
    ...(brand && { collection: brand }),
    status: "published",
    categories: categories
      .split("|")
      .map((name) => name.trim())
      .filter(Boolean)
      .map((name) => ({ id: name.toLowerCase(), name })),
    tags: [],
    options: {},
    salesChannelIds: [],
    variants: [],
    inStock: true,
    createdAt: 0,
    updatedAt: 0,
  }
}
