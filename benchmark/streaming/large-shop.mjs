/** A shop with very many products, filled and trained once and then kept. */
import pg from "pg"
import { run } from "../../scripts/lib/run.mjs"
import { ROOT, Shop } from "../../scripts/lib/shop.mjs"

/** @param {{ products: string, sessions: string, transport: "embedded" | "redis" | "kafka", logs: string, options: object }} asked */
export async function openLargeShop({ products, sessions, ...asked }) {
  const shop = await Shop.open({ database: `large_${products}`, keepDatabase: true, ...asked })
  const client = new pg.Client(shop.databaseUrl)
  await client.connect()
  const { rows } = await client.query("SELECT count(*)::int AS count FROM personalization.items")
  await client.end()
  if (rows[0].count === Number(products)) return shop
  console.log("seeding and training, once")
  const seed = ["--import", "tsx", "benchmark/streaming/seed.ts", products, sessions]
  const env = { ...shop.env, PERSONALIZATION_OPTIONS: "{}" }
  const { code, output, seconds } = await run("node", seed, { cwd: ROOT, env })
  if (code !== 0) throw new Error(`the shop cannot be filled:\n${output}`)
  console.log(`seeded and trained in ${seconds.toFixed(0)} s`)
  return shop
}

/** Products of it that shoppers look at. */
export const someOf = (products) =>
  Array.from({ length: 5_000 }, (_, i) => `prod_${(i * 7919) % Number(products)}`)
