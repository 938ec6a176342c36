import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/**
 * Artifacts are read in pieces, and PostgreSQL finds a piece of what it has not compressed without looking at what comes
 * before it. Those that are compressed already are stored anew.
 */
export class ArtifactsInPieces1795305611000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await this.store(runner, "EXTERNAL")
    await runner.query(
      `UPDATE "${schemaOf(runner.dataSource)}".model_artifacts SET content = content || ''::bytea
       WHERE pg_column_size(content) < length(content)`
    )
  }

  async down(runner: QueryRunner): Promise<void> {
    await this.store(runner, "EXTENDED")
  }

  private async store(runner: QueryRunner, how: "EXTERNAL" | "EXTENDED"): Promise<void> {
    await runner.query(
      `ALTER TABLE "${schemaOf(runner.dataSource)}".model_artifacts ALTER COLUMN content SET STORAGE ${how}`
    )
  }
}
