/**
 * Fills a migrated, empty Medusa store with the products of Online Retail II, their stock codes as ids, so that
 * an imported history and the store speak of the same things. Run by `medusa exec`, see benchmark/online-retail/README.md.
 */
import { createReadStream } from "node:fs"
import { join } from "node:path"
import { createGunzip } from "node:zlib"
import type { ExecArgs } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules } from "@medusajs/framework/utils"
import { createProductsWorkflow } from "@medusajs/medusa/core-flows"
import { parse } from "csv-parse"

const BATCH = 200
const FILE = "online_retail_2010/online_retail_II_2009_2010.csv.gz"

interface Row {
  StockCode: string
  Description: string
  Price: string
}

/** The last description and price above zero of each stock code. */
async function readProducts(file: string): Promise<Map<string, { title: string; price: number }>> {
  const products = new Map<string, { title: string; price: number }>()
  const rows = createReadStream(file)
    .pipe(createGunzip())
    .pipe(parse({ columns: true }))
  for await (const { StockCode, Description, Price } of rows as AsyncIterable<Row>) {
    const known = products.get(StockCode)
    const title = Description.trim() || known?.title || StockCode
    products.set(StockCode, { title, price: Number(Price) > 0 ? Number(Price) : (known?.price ?? 1) })
  }
  return products
}

export default async function seed({ container }: ExecArgs): Promise<void> {
  const folder = process.env.PERSONALIZATION_DATA
  if (!folder) throw new Error("PERSONALIZATION_DATA is not set: the folder that holds online_retail_2010")
  const logger = container.resolve(ContainerRegistrationKeys.LOGGER)
  const [channel] = await container.resolve(Modules.SALES_CHANNEL).listSalesChannels()
  const all = [...(await readProducts(join(folder, FILE)))]
  // The catalogue is written by the import; syncing product by product would only do it twice.
  const bus = container.resolve(Modules.EVENT_BUS)
  bus.releaseGroupedEvents = (group: string) => bus.clearGroupedEvents(group)
  for (let from = 0; from < all.length; from += BATCH) {
    const products = all.slice(from, from + BATCH).map(([id, { title, price }]) => ({
      id,
      title,
      handle: `stock-${Buffer.from(id).toString("hex")}`,
      status: "published" as const,
      sales_channels: [{ id: channel.id }],
      options: [{ title: "Unit", values: ["One"] }],
      variants: [
        {
          title: "One",
          options: { Unit: "One" },
          manage_inventory: false,
          prices: [{ currency_code: "gbp", amount: price }],
        },
      ],
    }))
    await createProductsWorkflow(container).run({ input: { products } })
    logger.info(`${Math.min(from + BATCH, all.length)} of ${all.length} products`)
  }
}
