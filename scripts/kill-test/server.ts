import { createServer, type IncomingMessage } from "node:http"
import {
  createDataSource,
  PostgresEventLog,
  PostgresSubjectStore,
  runMigrations,
} from "../../src/adapters/postgres"
import { Ingest } from "../../src/services/events"
import { PersonalizationError } from "../../src/services/lib"

/** The smallest server that takes events the way the store does: `Ingest` over PostgreSQL, and nothing else. */
async function main(): Promise<void> {
  const [url, port] = process.argv.slice(2)
  const dataSource = createDataSource({ url, schema: "personalization", poolSize: 5 })
  await dataSource.initialize()
  await runMigrations(dataSource)
  const ingest = new Ingest(
    { log: new PostgresEventLog(dataSource), subjects: new PostgresSubjectStore(dataSource) },
    { ratePerIp: 1e9, ratePerVisitor: 1e9 }
  )
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    if (request.method === "GET") return answer(200, {})
    try {
      const ip = request.socket.remoteAddress
      return answer(202, await ingest.submit(JSON.parse(await text(request)), { origin: "browser", ip }))
    } catch (error) {
      return answer(error instanceof PersonalizationError ? error.status : 500, { message: String(error) })
    }
  })
  server.listen(Number(port), "127.0.0.1")
}

async function text(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

main().catch((error: Error) => {
  console.error(error)
  process.exit(1)
})
