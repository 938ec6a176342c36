import { createServer } from "node:http"
import { compose } from "../../src/modules/personalization/compose"
import { resolveOptions } from "../../src/modules/personalization/options"
import { silentLogger } from "../../src/services/lib"
import { NO_CONSENT } from "../../src/services/privacy"

/** The engine of a shop that is open while others train: answers with a list and the version that made it. */
async function main(): Promise<void> {
  const [url, port] = process.argv.slice(2)
  const options = resolveOptions(JSON.parse(process.env.PERSONALIZATION_OPTIONS || "{}"))
  const { schema, poolSize } = options.postgres
  const engine = compose(options, { database: { url, schema, poolSize }, logger: silentLogger })
  await engine.start()
  const salesChannelIds = [
    ...new Set([...engine.catalog.all()].flatMap((product) => product.salesChannelIds)),
  ]
  const server = createServer(async (_, response) => {
    const context = { now: Date.now(), salesChannelIds }
    const list = await engine.recommender.recommend({ placement: "trending", consent: NO_CONSENT, context })
    response.end(JSON.stringify({ version: list.model_version, items: list.items.length }))
  })
  server.listen(Number(port), "127.0.0.1")
}

main().catch((error: Error) => {
  console.error(error)
  process.exit(1)
})
