import { PersonalizationError } from "./errors"
import { finish, type Steps } from "./steps"

/** Strings of one line: about half a millisecond to read. */
const LINE = 2_000
const NEWLINE = 10

/** Strings as one UTF-8 block, so that an artifact need not carry a large JSON list: a JSON list a line, so that it can be read in steps. */
export function packStrings(values: readonly string[]): Uint8Array {
  const lines = Array.from({ length: Math.max(1, Math.ceil(values.length / LINE)) }, (_, i) =>
    JSON.stringify(values.slice(i * LINE, (i + 1) * LINE))
  )
  return new TextEncoder().encode(lines.join("\n"))
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
    const to = newline < 0 ? block.length : newline
    for (const value of lineOf(block.subarray(from, to))) strings.push(value)
    from = to + 1
    yield
  }
  return strings
}

function lineOf(bytes: Uint8Array): string[] {
  try {
    const values: unknown = JSON.parse(new TextDecoder().decode(bytes))
    if (Array.isArray(values) && values.every((value) => typeof value === "string")) return values
  } catch (cause) {
    throw unreadable("cannot be read", cause)
  }
  throw unreadable("is not a list of strings")
}

const unreadable = (why: string, cause?: unknown) =>
  new PersonalizationError("corrupt_artifact", `a list of ids in an artifact ${why}`, { cause })
