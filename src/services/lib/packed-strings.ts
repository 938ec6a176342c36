import { PersonalizationError } from "./errors"
import { finish, type Steps } from "./steps"

/** Strings of one line: about half a millisecond to read. */
const LINE = 2_000
const NEWLINE = 10

/** Strings as one UTF-8 block, so that an artifact need not carry a large JSON list: a JSON list in lines, to be read in steps. */
export function packStrings(values: readonly string[]): Uint8Array {
  const lines: string[] = []
  for (let from = 0; from < values.length; from += LINE)
    lines.push(JSON.stringify(values.slice(from, from + LINE)).slice(1, -1))
  return new TextEncoder().encode(`[${lines.join(",\n")}]`)
}

/** @throws PersonalizationError `corrupt_artifact` when the block is not what `packStrings` made. */
export function unpackStrings(block: unknown): string[] {
  return finish(unpackInSteps(block))
}

/** The same, a line at a time. */
export function* unpackInSteps(block: unknown): Steps<string[]> {
  if (!(block instanceof Uint8Array)) throw unreadable("is missing")
  const strings: string[] = []
  for (let from = 0; from <= block.length;) {
    const newline = block.indexOf(NEWLINE, from)
    const isLast = newline < 0
    const to = isLast ? block.length : newline
    const line = new TextDecoder().decode(block.subarray(from, to))
    // Each but the first lacks its opening bracket, each but the last ends with a comma in place of the closing one.
    if (!isLast && !line.endsWith(",")) throw unreadable("is not a list of strings")
    for (const value of listOf((from === 0 ? "" : "[") + (isLast ? line : `${line.slice(0, -1)}]`)))
      strings.push(value)
    from = to + 1
    yield
  }
  return strings
}

function listOf(json: string): string[] {
  let values: unknown
  try {
    values = JSON.parse(json)
  } catch (cause) {
    throw unreadable("cannot be read", cause)
  }
  if (Array.isArray(values) && values.every((value) => typeof value === "string")) return values
  throw unreadable("is not a list of strings")
}

const unreadable = (why: string, cause?: unknown) =>
  new PersonalizationError("corrupt_artifact", `a list of ids in an artifact ${why}`, { cause })
