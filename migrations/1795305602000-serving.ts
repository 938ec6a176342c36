import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** What was shown, and how lists are configured. */
export class Serving1795305602000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      CREATE TABLE ${s}.exposures (
        request_id text PRIMARY KEY,
        ts timestamptz NOT NULL,
        placement text NOT NULL,
        subject text,
        visitor_id text,
        body jsonb NOT NULL
      );
      CREATE INDEX exposures_ts ON ${s}.exposures USING brin (ts);
      CREATE INDEX exposures_subject ON ${s}.exposures (subject) WHERE subject IS NOT NULL;
      CREATE INDEX exposures_visitor ON ${s}.exposures (visitor_id) WHERE visitor_id IS NOT NULL;

      CREATE TABLE ${s}.placements (
        name text PRIMARY KEY,
        placement jsonb NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`DROP TABLE ${s}.placements, ${s}.exposures`)
  }
}
