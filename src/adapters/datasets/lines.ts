import { createReadStream } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { createGunzip } from "node:zlib"

/** Lines of a text file, unpacked when its name ends in `.gz`. */
export async function* linesOf(folder: string, file: string): AsyncGenerator<string> {
  const raw = createReadStream(join(folder, file))
  const input = file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw
  raw.on("error", (error) => input.destroy(error))
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) yield line
  } finally {
    raw.destroy()
  }
}

/** First line of a file, "" when it is empty. */
export async function firstLineOf(folder: string, file: string): Promise<string> {
  for await (const line of linesOf(folder, file)) return line
  return ""
}

/** The file of that name, packed or not. */
export function findFile(files: readonly string[], name: RegExp): string | undefined {
  return files.find((file) => name.test(file.replace(/\.gz$/, "")))
}
