import { parse } from "csv-parse"
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { createGunzip } from "node:zlib"
import type { Product } from "../../services/features"
import type { DatasetReader, RawSession } from "../../services/measurement"

const CSV = /\.csv(\.gz)?$/
const COLUMNS = {
  order: /^(invoice|invoice ?no|order|order_id)$/i,
  item: /^(stock ?code|product|product_id|sku)$/i,
  time: /^(invoice ?date|date|time|timestamp)$/i,
  quantity: /^quantity$/i,
  customer: /^(customer|customer ?id|customer_id)$/i,
  country: /^country$/i,
  price: /^(price|unit ?price)$/i,
  title: /^(description|title|name)$/i,
}

const columnsOf = (header: readonly string[]) =>
  Object.fromEntries(
    Object.entries(COLUMNS).map(([name, pattern]) => [
      name,
      header.findIndex((column) => pattern.test(column.trim())),
    ])
  ) as Record<keyof typeof COLUMNS, number>

/** Order lines of a shop as CSV with a header: order, product, quantity, date; customer, country, price, text. */
export const orderLines: DatasetReader = {
  shape: "order-lines",
  protocols: ["temporal", "basket", "next-item"],
  async matches(files, firstLine) {
    const file = files.find((name) => CSV.test(name))
    if (!file) return false
    const { order, item, time } = columnsOf((await firstLine(file)).split(","))
    return order >= 0 && item >= 0 && time >= 0
  },
  async read(folder, files) {
    const file = files.find((name) => CSV.test(name))!
    const raw = createReadStream(join(folder, file))
    const rows = (file.endsWith(".gz") ? raw.pipe(createGunzip()) : raw).pipe(
      parse({ relax_column_count: true })
    )
    const orders = new Map<string, RawSession>()
    const titles = new Map<string, string>()
    let at: ReturnType<typeof columnsOf> | undefined
    let lines = 0
    let returned = 0
    let unreadable = 0
    for await (const row of rows as AsyncIterable<string[]>) {
      if (!at) {
        at = columnsOf(row)
        continue
      }
      lines++
      const time = Date.parse(`${row[at.time]?.trim().replace(" ", "T")}Z`) / 1000
      const item = row[at.item]?.trim()
      if (!item || !row[at.order] || !Number.isFinite(time)) {
        unreadable++
        continue
      }
      if (at.quantity >= 0 && !(Number(row[at.quantity]) > 0)) {
        returned++
        continue
      }
      const customer = at.customer >= 0 ? row[at.customer]?.trim() : ""
      let order = orders.get(row[at.order])
      if (!order) {
        order = { user: customer || undefined, items: [], times: [], kind: "purchase" }
        if (at.country >= 0) order.country = row[at.country]
        orders.set(row[at.order], order)
      }
      order.items.push(item)
      order.times.push(time)
      if (at.title >= 0 && row[at.title]?.trim()) titles.set(item, row[at.title].trim())
    }
    const customers = new Set([...orders.values()].flatMap(({ user }) => user ?? []))
    const notes = [
      `${lines} lines; ${returned} with a quantity of 0 or less (returns) and ${unreadable} unreadable left out`,
      `${orders.size} orders of ${customers.size} customers`,
    ]
    const sessions = [...orders.values()]
    return { name: "order lines", sessions, products: [...titles].map(toProduct), notes }
  },
}

function toProduct([id, title]: [string, string]): Product {
  return {
    id,
    title,
    status: "published",
    categories: [],
    tags: [],
    options: {},
    salesChannelIds: [],
    variants: [],
    inStock: true,
    createdAt: 0,
    updatedAt: 0,
  }
}
