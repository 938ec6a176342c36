import type { DatasetReader, Example, RawSession } from "../../services/measurement"
import { findFile, linesOf } from "./lines"

const TRAIN = /^train_sessions\.txt$/
const TEST = /^test_prefix_target\.tsv$/
/** The files hold no times: sessions are taken to be a minute apart, clicks a second. */
const SECONDS_BETWEEN = 60

/** One training session a line, and spelled-out test questions `prefix<TAB>target`, as in the SR-GNN family. */
export const sessionLines: DatasetReader = {
  shape: "session-lines",
  protocols: ["next-item"],
  matches: (files) => findFile(files, TRAIN) !== undefined && findFile(files, TEST) !== undefined,
  async read(folder, files) {
    const sessions: RawSession[] = []
    for await (const line of linesOf(folder, findFile(files, TRAIN)!)) {
      const items = line.split(" ").filter(Boolean)
      const begin = sessions.length * SECONDS_BETWEEN
      if (items.length > 0)
        sessions.push({ items, times: items.map((_, i) => begin + i * 1e-3), kind: "view" })
    }
    const testExamples: Example[] = []
    let unit = 0
    let before: string[] = []
    for await (const line of linesOf(folder, findFile(files, TEST)!)) {
      const [prefix, target] = line.split("\t")
      if (target === undefined) continue
      const session = prefix.split(" ").filter(Boolean)
      // Prefixes of one session follow each other, longest first, each one item shorter.
      const continues = session.length + 1 === before.length && session.every((id, i) => id === before[i])
      if (!continues) unit++
      before = session
      testExamples.push({ query: { session }, targets: [target], unit })
    }
    const notes = ["The files hold no times: the order of the lines stands for them, one session a minute."]
    return { name: "session lines", sessions, testExamples, products: [], notes }
  },
}
