import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** What a merchant wants of lists, and the newest lists to try it out on. */
export class Rules1795305607000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      CREATE TABLE ${s}.rules (
        id text PRIMARY KEY,
        rule jsonb NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX exposures_newest ON ${s}.exposures (ts, request_id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`DROP INDEX ${s}.exposures_newest; DROP TABLE ${s}.rules`)
  }
}
