import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** What the store held of a product when it was last read from it, so that only what has changed is read again. */
export class ItemFingerprints1795305610000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "${schemaOf(runner.dataSource)}".items ADD COLUMN fingerprint text`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "${schemaOf(runner.dataSource)}".items DROP COLUMN fingerprint`)
  }
}
