import type { DatasetReader, RawSession } from "../../services/measurement"
import { readItemTable } from "./item-table"
import { findFile, linesOf } from "./lines"

const TRAIN = /^(train|ratings|interactions)\.tsv$/
const COLUMNS = ["user_id", "item_id", "time"]

/**
 * One purchase or review a line, tab-separated with a header: user_id, item_id, time (seconds). What a user did at one
 * time is taken to be one order.
 */
export const userEvents: DatasetReader = {
  shape: "user-events",
  protocols: ["temporal", "basket", "next-item"],
  async matches(files, firstLine) {
    const file = findFile(files, TRAIN)
    return file !== undefined && isHeader(await firstLine(file))
  },
  async read(folder, files) {
    const orders = new Map<string, RawSession>()
    let at: number[] | undefined
    let lines = 0
    for await (const line of linesOf(folder, findFile(files, TRAIN)!)) {
      const cells = line.split("\t")
      if (!at) {
        at = COLUMNS.map((column) => cells.indexOf(column))
        continue
      }
      const [user, item, time] = at.map((column) => cells[column])
      const seconds = Number(time)
      if (!user || !item || !Number.isFinite(seconds)) continue
      lines++
      const key = `${user} ${time}`
      let order = orders.get(key)
      if (!order) orders.set(key, (order = { user, items: [], times: [], kind: "purchase" }))
      order.items.push(item)
      order.times.push(seconds)
    }
    const notes = [
      `${lines} lines; what a user did at one time is taken to be one order: ${orders.size} orders`,
    ]
    const products = await readItemTable(folder, files)
    return { name: "user events", sessions: [...orders.values()], products, notes }
  },
}

const isHeader = (line: string): boolean => {
  const cells = line.split("\t")
  return COLUMNS.every((column) => cells.includes(column))
}
