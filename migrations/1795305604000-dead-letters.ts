import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** Dead letters of any stream, with an id to page and to replay by; refused events lie among them. */
export class DeadLetters1795305604000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      ALTER TABLE ${s}.dead_letters ADD COLUMN origin text;
      UPDATE ${s}.dead_letters SET origin = '0:' || seq;
      ALTER TABLE ${s}.dead_letters
        ALTER COLUMN origin SET NOT NULL,
        DROP COLUMN seq,
        ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        ADD UNIQUE (group_name, origin);
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      DELETE FROM ${s}.dead_letters WHERE origin !~ '^0:[0-9]{1,18}$';
      ALTER TABLE ${s}.dead_letters ADD COLUMN seq bigint;
      UPDATE ${s}.dead_letters SET seq = substr(origin, 3)::bigint;
      ALTER TABLE ${s}.dead_letters DROP COLUMN id, DROP COLUMN origin, ADD PRIMARY KEY (group_name, seq);
    `)
  }
}
