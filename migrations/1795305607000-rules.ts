import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** What a merchant wants of lists. */
export class Rules1795305607000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "${schemaOf(runner.dataSource)}".rules (
        id text PRIMARY KEY,
        rule jsonb NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      )
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "${schemaOf(runner.dataSource)}".rules`)
  }
}
