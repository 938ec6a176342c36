import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { roleSettings } from "./role-options"

const DATABASE_URL = "postgres://shop@db/medusa"
const directory = mkdtempSync(join(tmpdir(), "role-options-"))
afterAll(() => rmSync(directory, { recursive: true }))

function file(content: object | string): string {
  const path = join(directory, "serve.json")
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content))
  return path
}

describe("roleSettings", () => {
  it("needs a database only", () => {
    expect(roleSettings({}, { DATABASE_URL })).toMatchObject({
      databaseUrl: DATABASE_URL,
      host: "0.0.0.0",
      port: 9_100,
      workers: 1,
      maxInFlight: 200,
      drainSeconds: 10,
      options: { serving: { deadlineMs: 100 } },
    })
  })

  it("takes the command line, else the environment, else the file", () => {
    const config = file({
      databaseUrl: "postgres://file@db/medusa",
      port: 1,
      host: "::1",
      jwtSecret: "from the file",
      options: { serving: { maxLimit: 7 } },
    })
    const settings = roleSettings(
      { config, port: "3" },
      { PORT: "2", HOST: "127.0.0.1", STORE_CORS: "https://shop" }
    )
    expect(settings).toMatchObject({
      databaseUrl: "postgres://file@db/medusa",
      port: 3,
      host: "127.0.0.1",
      jwtSecret: "from the file",
      storeCors: "https://shop",
      options: { serving: { maxLimit: 7 } },
    })
    const options = roleSettings(
      { config },
      { PERSONALIZATION_OPTIONS: '{"serving":{"deadlineMs":50}}' }
    ).options
    expect(options.serving).toMatchObject({ deadlineMs: 50, maxLimit: 50 })
  })

  it("puts the addresses of Redis and Kafka into the plugin's options", () => {
    const env = { DATABASE_URL, REDIS_URL: "redis://r:6379", KAFKA_BROKERS: "k1:9092, k2:9092" }
    expect(roleSettings({}, env).options).toMatchObject({
      redisUrl: "redis://r:6379",
      kafkaBrokers: ["k1:9092", "k2:9092"],
    })
  })

  it.each([
    [{}, "databaseUrl"],
    [{ DATABASE_URL: "mysql://db" }, "databaseUrl"],
    [{ DATABASE_URL, PORT: "http" }, "port"],
    [{ DATABASE_URL, PORT: "70000" }, "port"],
    [{ DATABASE_URL, LOG_LEVEL: "loud" }, "logLevel"],
    [{ DATABASE_URL, PERSONALIZATION_OPTIONS: "{" }, "PERSONALIZATION_OPTIONS"],
    [{ DATABASE_URL, PERSONALIZATION_OPTIONS: "[]" }, "PERSONALIZATION_OPTIONS"],
    [{ DATABASE_URL, PERSONALIZATION_OPTIONS: '{"serving":{"maxLimit":0}}' }, "serving.maxLimit"],
    [{ DATABASE_URL, REDIS_URL: "localhost" }, "redisUrl"],
  ])("stops the start on %j and names %s", (env, name) => {
    expect(() => roleSettings({}, env)).toThrow(
      expect.objectContaining({ code: "invalid_option", message: expect.stringContaining(name) })
    )
  })

  it("stops the start on a file that is wrong", () => {
    const read = (content: object | string) => () => roleSettings({ config: file(content) }, { DATABASE_URL })
    expect(read({ portt: 1 })).toThrow("portt")
    expect(read("{")).toThrow("is not JSON")
    expect(() => roleSettings({ config: join(directory, "none.json") }, { DATABASE_URL })).toThrow("--config")
  })
})
