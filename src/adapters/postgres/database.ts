import type { DataSource, QueryRunner } from "typeorm"
import { PersonalizationError } from "../../services/lib"
import { schemaOf } from "./data-source"

export type Row = Record<string, unknown>
export type Query = <R = Row>(sql: string, parameters?: readonly unknown[]) => Promise<R[]>

/** SQLSTATE classes and codes, and socket errors, after which the same statement may succeed. */
const TRANSIENT = /^(08...|57P0[123]|53300|40001|40P01|55P03|ECONN\w+|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN)$/
const LOST =
  /connection terminated|connection ended|timeout exceeded when trying to connect|not queryable|released/i

/** Could the same statement succeed when it is tried again? */
export function isTransient(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return (
    (typeof code === "string" && TRANSIENT.test(code)) || (typeof message === "string" && LOST.test(message))
  )
}

function translate(error: unknown): unknown {
  if (!isTransient(error)) return error
  return new PersonalizationError(
    "unavailable",
    `PostgreSQL cannot be reached: ${(error as Error).message}`,
    {
      cause: error,
    }
  )
}

/** The slice of PostgreSQL that the adapters work with: qualified names, queries, transactions. */
export class Database {
  readonly schema: string

  constructor(readonly dataSource: DataSource) {
    this.schema = schemaOf(dataSource)
  }

  /** Quoted name with its schema. */
  name(table: string): string {
    return `"${this.schema}"."${table}"`
  }

  /** @throws PersonalizationError `unavailable` when the connection is lost; anything else as it is */
  query: Query = async <R = Row>(sql: string, parameters: readonly unknown[] = []): Promise<R[]> => {
    const runner = this.runner()
    try {
      return await rows<R>(runner, sql, parameters)
    } catch (error) {
      throw translate(error)
    } finally {
      await runner.release().catch(() => undefined)
    }
  }

  private runner(): QueryRunner {
    if (this.dataSource.isInitialized) return this.dataSource.createQueryRunner()
    throw new PersonalizationError(
      "unavailable",
      "PostgreSQL is not connected: at start it could not be reached"
    )
  }

  /** Runs all of it, or none. */
  async transaction<T>(work: (query: Query) => Promise<T>): Promise<T> {
    const runner = this.runner()
    try {
      await runner.startTransaction()
      const result = await work((sql, parameters = []) => rows(runner, sql, parameters))
      await runner.commitTransaction()
      return result
    } catch (error) {
      // On a lost connection there is nothing to roll back; the first error says more.
      if (runner.isTransactionActive) await runner.rollbackTransaction().catch(() => undefined)
      throw translate(error)
    } finally {
      await runner.release().catch(() => undefined)
    }
  }
}

/** TypeORM answers UPDATE and DELETE with `[rows, count]`; with structured results all are alike. */
async function rows<R>(runner: QueryRunner, sql: string, parameters: readonly unknown[]): Promise<R[]> {
  const result = await runner.query(sql, [...parameters], true)
  return result.records as R[]
}
