import { readdir } from "node:fs/promises"
import { PersonalizationError } from "../../services/lib"
import type { DatasetReader } from "../../services/measurement"
import { firstLineOf } from "./lines"
import { orderLines } from "./order-lines"
import { sessionEvents } from "./session-events"
import { sessionLines } from "./session-lines"
import { userEvents } from "./user-events"
import { userSequences } from "./user-sequences"

/** All readers; the first that knows the folder's shape reads it. */
export const DATASET_READERS: readonly DatasetReader[] = [
  sessionLines,
  sessionEvents,
  userSequences,
  userEvents,
  orderLines,
]

/** @throws PersonalizationError `invalid_input` when there is no such folder or no reader knows its shape. */
export async function detectDataset(folder: string): Promise<{ reader: DatasetReader; files: string[] }> {
  let files: string[]
  try {
    files = (await readdir(folder)).sort()
  } catch (cause) {
    throw new PersonalizationError("invalid_input", `data: the folder ${folder} cannot be read`, { cause })
  }
  for (const reader of DATASET_READERS) {
    if (await reader.matches(files, (file) => firstLineOf(folder, file))) return { reader, files }
  }
  throw new PersonalizationError(
    "invalid_input",
    `data: ${folder} has none of the known shapes (${DATASET_READERS.map(({ shape }) => shape).join(", ")}); ` +
      "docs/quality.md says which files each of them needs"
  )
}
