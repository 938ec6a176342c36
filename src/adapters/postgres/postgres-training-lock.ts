import type { DataSource, QueryRunner } from "typeorm"
import type { HeldLock, TrainingLock } from "../../services/models"
import { schemaOf } from "./data-source"
import { isTransient } from "./database"

const ATTEMPTS = 8
const PAUSE_MS = 200

/**
 * A session's advisory lock: PostgreSQL frees it when the connection ends, however the process came to its end. Holds one
 * connection of the pool. Needs a session of its own, which a pooler in transaction mode does not give.
 */
export class PostgresTrainingLock implements TrainingLock {
  constructor(private readonly dataSource: DataSource) {}

  async acquire(): Promise<HeldLock | undefined> {
    let runner = await this.take()
    if (!runner) return undefined
    return {
      renew: async () => {
        const asked = await runner?.query("SELECT 1").catch(() => undefined)
        if (asked) return true
        await letGo(runner)
        runner = await this.again()
        return runner !== undefined
      },
      release: async () => {
        const held = runner
        runner = undefined
        await held?.query("SELECT pg_advisory_unlock_all()").catch(() => undefined)
        await letGo(held)
      },
    }
  }

  /** After a loss the pool may hand out connections that are gone as well, and the server may be starting. */
  private async again(attempt = 1): Promise<QueryRunner | undefined> {
    try {
      return await this.take()
    } catch (error) {
      if (attempt === ATTEMPTS || !isTransient(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt))
      return this.again(attempt + 1)
    }
  }

  /** A connection that has the lock. */
  private async take(): Promise<QueryRunner | undefined> {
    const runner = this.dataSource.createQueryRunner()
    try {
      const [{ locked }] = (await runner.query(
        "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS locked",
        [`${schemaOf(this.dataSource)} training`]
      )) as [{ locked: boolean }]
      if (locked) return runner
    } catch (error) {
      await letGo(runner)
      throw error
    }
    await letGo(runner)
    return undefined
  }
}

const letGo = async (runner: QueryRunner | undefined): Promise<void> => {
  await runner?.release().catch(() => undefined)
}
