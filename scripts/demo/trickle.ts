/** Sends simulated shoppers through the running demo: `tsx scripts/demo/trickle.ts <shop file> <store URL>`. */
import { randomInt } from "node:crypto"
import fs from "node:fs"
import { generateProducts, generateShoppers, trickle } from "../../packages/simulator/src"

interface ShopFile {
  publishableKey: string
  regions: { id: string; currency: string }[]
  products: { id: string; variants: string[] }[]
  shoppers: number
  seed: number
}

const [shopFile, baseUrl] = process.argv.slice(2)
const shop = JSON.parse(fs.readFileSync(shopFile, "utf8")) as ShopFile
const ending = new AbortController()
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => ending.abort(new Error(signal)))

const total = { visits: 0, views: 0, clicksOnRecommendations: 0, addedToCart: 0, orders: 0 }
const log = (text: string) => process.stdout.write(`${new Date().toISOString()} ${text}\n`)

void trickle({
  shop: {
    baseUrl,
    publishableKey: shop.publishableKey,
    regions: Object.fromEntries(shop.regions.map((region) => [region.currency, region.id])),
    products: shop.products,
  },
  products: generateProducts(shop.seed),
  // As many again as history knows, so that half of those who come are new.
  shoppers: generateShoppers(2 * shop.shoppers, shop.seed),
  seed: randomInt(2 ** 31),
  stepMs: Number(process.env.DEMO_TRICKLE_MS ?? 2_500),
  signal: ending.signal,
  onVisit: (visit) => {
    total.visits++
    for (const key of Object.keys(visit) as (keyof typeof visit)[]) total[key] += visit[key]
    log(JSON.stringify(total))
  },
  onError: (error) => log(error.message),
})
