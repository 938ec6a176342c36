import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** What rankers learn from shown lists, and which process learns. */
export class Rankers1795305609000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      CREATE TABLE ${s}.rankers (
        name text PRIMARY KEY,
        revision bigint NOT NULL DEFAULT 0,
        state jsonb,
        owner text,
        lease_until timestamptz
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "${schemaOf(runner.dataSource)}".rankers`)
  }
}
