/**
 * Fills a copy of the demo's database with a large shop: products, sessions, trained models.
 * `DATABASE_URL=… npx tsx benchmark/streaming/seed.ts <products> <sessions>`; for serve.mjs, which calls it.
 */
import pg from "pg"
import { compose } from "../../src/modules/personalization/compose"
import { databaseTarget } from "../../src/modules/personalization/platform"
import { resolveOptions } from "../../src/modules/personalization/options"
import { newEventId, type ShopEvent } from "../../src/services/events"
import { Random, silentLogger } from "../../src/services/lib"
import { makeEvents, makeProducts } from "../serving/shop"

const BATCH = 5_000

async function main(): Promise<void> {
  const [products, sessions] = process.argv.slice(2).map(Number)
  const clientUrl = process.env.DATABASE_URL
  const client = new pg.Client(clientUrl)
  await client.connect()
  const { rows } = await client.query<{ sales_channel_id: string }>(
    "SELECT sales_channel_id FROM publishable_api_key_sales_channel"
  )
  await client.query("TRUNCATE personalization.events, personalization.items, personalization.item_vectors")
  await client.end()
  const options = resolveOptions({
    retrieval: { index: "exact" },
    training: { validationShare: 0.01, maxMemoryMb: 6_000 },
  })
  const engine = compose(options, {
    database: databaseTarget(options, { clientUrl }, {}),
    logger: silentLogger,
  })
  await engine.consume()
  const random = new Random(7)
  const now = Date.now()
  const made = makeProducts(products, now, random).map((product) => ({
    ...product,
    salesChannelIds: rows.map(({ sales_channel_id }) => sales_channel_id),
  }))
  for (let from = 0; from < made.length; from += BATCH)
    await engine.catalog.upsert(made.slice(from, from + BATCH))
  let batch: ShopEvent[] = []
  const write = async () => {
    await engine.log.append(batch)
    batch = []
  }
  for (const event of makeEvents(sessions, Math.ceil(sessions / 4), made, now, random)) {
    batch.push({ ...event, event_id: newEventId(event.ts) })
    if (batch.length === BATCH) await write()
  }
  await write()
  const run = engine.training.start()
  await engine.training.idle()
  if (run.error) throw new Error(run.error.message)
  const [{ reason, version }] = await engine.models.list(1)
  if (reason) await engine.models.promote(version)
  await engine.stop()
}

main().catch((error: Error) => {
  console.error(error)
  process.exit(1)
})
