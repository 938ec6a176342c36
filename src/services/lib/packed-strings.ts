import { PersonalizationError } from "./errors"

/** Strings as one UTF-8 block, so that an artifact need not carry a large JSON list. */
export function packStrings(values: readonly string[]): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(values))
}

/** @throws PersonalizationError `corrupt_artifact` when the block is not what `packStrings` made. */
export function unpackStrings(block: unknown): string[] {
  try {
    const values: unknown = JSON.parse(new TextDecoder().decode(block as Uint8Array))
    if (Array.isArray(values) && values.every((value) => typeof value === "string")) return values
  } catch (cause) {
    throw new PersonalizationError("corrupt_artifact", "a list of ids in an artifact cannot be read", {
      cause,
    })
  }
  throw new PersonalizationError("corrupt_artifact", "a list of ids in an artifact is not a list of strings")
}
