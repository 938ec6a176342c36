// Prints what the shared features came to, as JSON: `{ products: { id: views }, visitors: { id: views } }`.
import { compose } from "../../src/modules/personalization/compose"
import { resolveOptions } from "../../src/modules/personalization/options"
import { silentLogger } from "../../src/services/lib"
import type { FeatureKey } from "../../src/services/features"

interface Counts {
  item_popularity?: { views?: [number, number] }
  event_counts?: { view_item?: [number, number] }
}

async function main(): Promise<void> {
  const { products, visitors } = JSON.parse(process.argv[2]) as { products: string[]; visitors: string[] }
  const engine = compose(resolveOptions(JSON.parse(process.env.PERSONALIZATION_OPTIONS ?? "{}")), {
    logger: silentLogger,
  })
  const read = async (ids: string[], prefix: "item" | "shopper:visitor", of: (counts: Counts) => number) => {
    const found: Record<string, number> = {}
    for (let from = 0; from < ids.length; from += 200) {
      const keys = ids.slice(from, from + 200).map((id): FeatureKey => `${prefix}:${id}` as FeatureKey)
      const records = await engine.features.getMany(keys)
      for (const [i, key] of keys.entries()) found[ids[from + i]] = of((records.get(key) ?? {}) as Counts)
    }
    return found
  }
  const result = {
    products: await read(products, "item", (counts) => counts.item_popularity?.views?.[0] ?? 0),
    visitors: await read(visitors, "shopper:visitor", (counts) => counts.event_counts?.view_item?.[0] ?? 0),
  }
  await engine.stop()
  console.log(JSON.stringify(result))
}

main().catch((error: Error) => {
  console.error(error)
  process.exit(1)
})
