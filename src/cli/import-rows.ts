import { createReadStream } from "node:fs"
import { createInterface } from "node:readline"
import { Transform, type Readable } from "node:stream"
import { createGunzip } from "node:zlib"
import { parse as csvParser } from "csv-parse"

/** One row of a file, or what is wrong with it. */
export type SourceRow =
  { line: number; record: Record<string, unknown> } | { line: number; raw: string; problem: string }

/** Reads a file as text, unpacked when its name ends in .gz. `onBytes` is told how much of it has been read. */
function open(file: string, onBytes: (bytes: number) => void): Readable {
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length)
      done(null, chunk)
    },
  })
  const source = createReadStream(file, { highWaterMark: 1 << 18 })
  source.on("error", (error) => counted.destroy(error))
  source.pipe(counted)
  if (!file.endsWith(".gz")) return counted
  const unpacked = createGunzip()
  counted.on("error", (error) => unpacked.destroy(error))
  return counted.pipe(unpacked)
}

async function* csvRows(input: Readable): AsyncGenerator<SourceRow> {
  const skipped: SourceRow[] = []
  const parser = csvParser({
    columns: true,
    bom: true,
    info: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error, raw) =>
      void skipped.push({
        line: Number(error?.lines ?? 0),
        raw: (raw ?? "").slice(0, 2_000),
        problem: error?.message ?? "cannot be read",
      }),
  })
  input.on("error", (error) => parser.destroy(error))
  input.pipe(parser)
  for await (const { record, info } of parser as AsyncIterable<{
    record: Record<string, unknown>
    info: { lines: number }
  }>) {
    while (skipped.length > 0) yield skipped.shift()!
    yield { line: info.lines, record }
  }
  yield* skipped
}

async function* jsonRows(input: Readable): AsyncGenerator<SourceRow> {
  let line = 0
  let failure: Error | undefined
  const lines = createInterface({ input, crlfDelay: Infinity })
  // readline takes a broken input for its end (https://github.com/nodejs/node/issues/30831).
  input.on("error", (error) => {
    failure = error
    lines.close()
  })
  for await (let raw of lines) {
    // Windows tools mark UTF-8 so.
    if (++line === 1) raw = raw.replace(/^\uFEFF/, "")
    if (raw.trim() !== "") yield jsonRow(raw, line)
  }
  if (failure) throw failure
}

function jsonRow(raw: string, line: number): SourceRow {
  const wrong = (problem: string): SourceRow => ({ line, raw: raw.slice(0, 2_000), problem })
  try {
    const record = JSON.parse(raw) as unknown
    if (typeof record !== "object" || record === null || Array.isArray(record))
      return wrong("is not a JSON object")
    return { line, record: record as Record<string, unknown> }
  } catch (error) {
    return wrong(`is not JSON: ${(error as Error).message}`)
  }
}

/** Rows of a CSV or JSON-lines file, by its name (`.csv`, `.jsonl`, `.ndjson`, each also with `.gz`). */
export function readRows(file: string, onBytes: (bytes: number) => void): AsyncGenerator<SourceRow> {
  const input = open(file, onBytes)
  return /\.(jsonl|ndjson)(\.gz)?$/i.test(file) ? jsonRows(input) : csvRows(input)
}
