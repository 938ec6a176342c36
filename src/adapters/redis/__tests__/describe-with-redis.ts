import { randomBytes } from "node:crypto"
import { describeWithService } from "../../__tests__/describe-with-service"
import { RedisConnection, type RedisConnectionOptions } from "../connection"

const HOW = "`npm run test:services` sets it, where redis-server is installed: apt-get install redis-server"

export interface RedisFixture {
  url: string
  /** Connections are closed when the tests have ended. */
  open(options?: Partial<RedisConnectionOptions>): Promise<RedisConnection>
  /** A prefix that nobody else uses. */
  prefix(): string
}

/** Declares tests that run against one Redis server and again against a Redis Cluster. */
export function describeWithRedis(
  name: string,
  declare: (redis: RedisFixture, kind: "server" | "cluster") => void
): void {
  for (const kind of ["server", "cluster"] as const) {
    const variable = kind === "server" ? "PERSONALIZATION_TEST_REDIS" : "PERSONALIZATION_TEST_REDIS_CLUSTER"
    describeWithService(`${name}, Redis ${kind}`, variable, HOW, (url) => {
      const opened: RedisConnection[] = []
      afterAll(() => {
        for (const connection of opened) connection.close()
      })
      const open = async (options: Partial<RedisConnectionOptions> = {}) => {
        // On a busy machine an answer may be late, and no test here is about that.
        const connection = await RedisConnection.open({ url, commandTimeoutMs: 20_000, ...options })
        opened.push(connection)
        return connection
      }
      declare({ url, open, prefix: () => `test-${randomBytes(6).toString("hex")}` }, kind)
    })
  }
}
