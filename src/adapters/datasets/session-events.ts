import type { DatasetReader, RawSession } from "../../services/measurement"
import { findFile, linesOf } from "./lines"

const TRAIN = /^train\.txt$|_train_full\.(tsv|txt)$/
const TEST = /^test\.txt$|_test\.(tsv|txt)$/

/** Training and test events as `SessionId<TAB>ItemId<TAB>Time` (seconds), as Serenade and session-rec have them. */
export const sessionEvents: DatasetReader = {
  shape: "session-events",
  protocols: ["next-item"],
  matches: (files) => findFile(files, TRAIN) !== undefined && findFile(files, TEST) !== undefined,
  async read(folder, files) {
    const train = await readSessions(folder, findFile(files, TRAIN)!)
    const test = await readSessions(folder, findFile(files, TEST)!)
    const notes =
      train.bad + test.bad > 0
        ? [`${train.bad + test.bad} lines without session, item and time left out`]
        : []
    return {
      name: "session events",
      sessions: train.sessions,
      testSessions: test.sessions,
      products: [],
      notes,
    }
  },
}

/** Sessions in the order in which they first appear; rows of a session by time, equal times in file order. */
async function readSessions(folder: string, file: string): Promise<{ sessions: RawSession[]; bad: number }> {
  const rows = new Map<string, { item: string; time: number }[]>()
  let bad = 0
  let header = true
  for await (const line of linesOf(folder, file)) {
    const [session, item, time] = line.split("\t")
    if (header) {
      header = false
      if (Number.isNaN(Number(time))) continue
    }
    if (!session || !item || !Number.isFinite(Number(time))) {
      bad++
      continue
    }
    const known = rows.get(session)
    if (known) known.push({ item, time: Number(time) })
    else rows.set(session, [{ item, time: Number(time) }])
  }
  const sessions = [...rows].map(([id, events]): RawSession => {
    events.sort((a, b) => a.time - b.time)
    return { id, items: events.map(({ item }) => item), times: events.map(({ time }) => time), kind: "view" }
  })
  return { sessions, bad }
}
