import type { DatasetReader, RawSession } from "../../services/measurement"
import { readItemTable } from "./item-table"
import { findFile, linesOf } from "./lines"

const SEQUENCES = /^sequences\.txt$/

/** One user a line: the user's id, then the items in order, as in S3-Rec; the items' texts in `items.csv` if there. */
export const userSequences: DatasetReader = {
  shape: "user-sequences",
  protocols: ["leave-one-out"],
  matches: (files) => findFile(files, SEQUENCES) !== undefined,
  async read(folder, files) {
    const sessions: RawSession[] = []
    for await (const line of linesOf(folder, findFile(files, SEQUENCES)!)) {
      const [user, ...items] = line.split(" ").filter(Boolean)
      if (items.length > 0) {
        sessions.push({ user, items, times: items.map((_, i) => i), kind: "view" })
      }
    }
    const notes = [
      "The file holds no times: every user's items are taken to be a second apart, so that nothing fades with age.",
    ]
    return { name: "user sequences", sessions, products: await readItemTable(folder, files), notes }
  },
}
