import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** Versions that are tried out: one at a time, with what they would have shown. */
export class Trials1795305605000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      CREATE UNIQUE INDEX model_versions_one_trial ON ${s}.model_versions ((true))
        WHERE status IN ('shadow', 'canary');
      CREATE TABLE ${s}.shadow_answers (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        version text NOT NULL REFERENCES ${s}.model_versions ON DELETE CASCADE,
        ts timestamptz NOT NULL,
        body jsonb NOT NULL
      );
      CREATE INDEX shadow_answers_version ON ${s}.shadow_answers (version, id);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      DROP TABLE ${s}.shadow_answers;
      DROP INDEX ${s}.model_versions_one_trial;
      UPDATE ${s}.model_versions SET status = 'candidate' WHERE status IN ('shadow', 'canary');
    `)
  }
}
