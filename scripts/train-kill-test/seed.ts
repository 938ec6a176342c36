import {
  createDataSource,
  PostgresCatalogStore,
  PostgresEventLog,
  runMigrations,
} from "../../src/adapters/postgres"
import { newEventId, type ShopEvent } from "../../src/services/events"
import { Random } from "../../src/services/lib"
import { wordProduct } from "../../src/services/testing/training-fixture"
import { FULL_CONSENT } from "../../src/services/privacy"

const PRODUCTS = 600
const BATCH = 2_000

/** Fills an empty database with a month of sessions that stay within a family of ten products. */
async function main(): Promise<void> {
  const [url, sessions] = process.argv.slice(2)
  const dataSource = createDataSource({ url, schema: "personalization", poolSize: 5 })
  await dataSource.initialize()
  await runMigrations(dataSource)
  const products = Array.from({ length: PRODUCTS }, (_, i) => `p${i}`)
  await new PostgresCatalogStore(dataSource).upsert(
    products.map((id, i) => wordProduct(id, `Thing ${i} of the family ${Math.floor(i / 10)}`))
  )
  const log = new PostgresEventLog(dataSource)
  const random = new Random(1)
  const begin = Date.now() - 30 * 86_400_000
  const step = (30 * 86_400_000) / Number(sessions)
  let batch: ShopEvent[] = []
  for (let s = 0; s < Number(sessions); s++) {
    const family = random.int(PRODUCTS / 10)
    for (let i = 0; i < 5; i++) {
      const ts = Math.round(begin + s * step + i * 1000)
      batch.push({
        event_id: newEventId(ts),
        type: i === 4 && s % 5 === 0 ? "purchase" : "view_item",
        ts,
        visitor_id: `v${s % 5_000}`,
        session_id: `s${s}`,
        consent: FULL_CONSENT,
        context: {},
        items: [{ product_id: products[10 * family + random.int(10)] }],
      })
    }
    if (batch.length < BATCH) continue
    await log.append(batch)
    batch = []
  }
  if (batch.length > 0) await log.append(batch)
  await log.close()
  await dataSource.destroy()
}

main().catch((error: Error) => {
  console.error(error)
  process.exit(1)
})
