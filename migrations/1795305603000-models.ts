import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** Trained versions. Artifacts are kept by the hash of their content: two versions may share one. */
export class Models1795305603000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      CREATE TABLE ${s}.model_versions (
        version text PRIMARY KEY,
        status text NOT NULL,
        created_at timestamptz NOT NULL,
        promoted_at timestamptz,
        body jsonb NOT NULL
      );
      CREATE UNIQUE INDEX model_versions_one_live ON ${s}.model_versions ((true)) WHERE status = 'live';
      CREATE INDEX model_versions_created ON ${s}.model_versions (created_at DESC);

      CREATE TABLE ${s}.model_artifacts (
        hash text PRIMARY KEY,
        content bytea NOT NULL
      );
      CREATE TABLE ${s}.model_version_artifacts (
        version text NOT NULL REFERENCES ${s}.model_versions ON DELETE CASCADE,
        model text NOT NULL,
        hash text NOT NULL REFERENCES ${s}.model_artifacts,
        PRIMARY KEY (version, model)
      );
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`DROP TABLE ${s}.model_version_artifacts, ${s}.model_artifacts, ${s}.model_versions`)
  }
}
