import { parse } from "csv-parse"
import { createReadStream } from "node:fs"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { createGunzip } from "node:zlib"

/** A product of a catalogue that says by its labels which products are alike. */
export interface LabelledProduct {
  id: string
  title: string
  /** Other columns of the file by their names, e.g. `articleType`. */
  labels: Record<string, string>
}

const ID = /^(product_?id|id)$/i
const TITLE = /^(title|name|productDisplayName)$/i

/** A CSV with a header that has a column for the id and one for the title; the last row of an id counts. */
export async function readLabelledProducts(folder: string, file: string): Promise<LabelledProduct[]> {
  const raw = createReadStream(join(folder, file))
  const rows = (file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw).pipe(
    parse({ columns: true, relax_column_count: true })
  )
  const products = new Map<string, LabelledProduct>()
  for await (const row of rows as AsyncIterable<Record<string, string>>) {
    const [id] = Object.keys(row).filter((column) => ID.test(column))
    const [title] = Object.keys(row).filter((column) => TITLE.test(column))
    if (row[id]) products.set(row[id], { id: row[id], title: row[title] ?? "", labels: row })
  }
  return [...products.values()]
}

const BLOCK = 512

/** Files of an uncompressed tar archive by their names without folders; links and folders are left out. */
export async function readTar(path: string): Promise<ReadonlyMap<string, Uint8Array>> {
  const archive = await readFile(path)
  const files = new Map<string, Uint8Array>()
  for (let at = 0; at + BLOCK <= archive.length;) {
    const text = (from: number, length: number) =>
      archive.toString("utf8", at + from, at + from + length).replace(/\0.*$/s, "")
    const name = text(0, 100)
    if (name === "") break
    const size = parseInt(text(124, 12), 8)
    const kind = text(156, 1)
    if (kind === "" || kind === "0")
      files.set(name.split("/").at(-1)!, archive.subarray(at + BLOCK, at + BLOCK + size))
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK
  }
  return files
}
