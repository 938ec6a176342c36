import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/** The engine's slice of the catalogue, and the vectors of its items. */
export class Catalogue1795305601000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      CREATE SEQUENCE ${s}.item_version;
      CREATE TABLE ${s}.items (
        id text PRIMARY KEY,
        product jsonb,
        version bigint NOT NULL,
        updated_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE UNIQUE INDEX items_version ON ${s}.items (version);
      COMMENT ON COLUMN ${s}.items.product IS 'NULL marks a removed product, so that other processes learn of it';

      CREATE TABLE ${s}.item_vectors (
        space text NOT NULL,
        item_id text NOT NULL,
        version text NOT NULL,
        vector bytea NOT NULL,
        PRIMARY KEY (space, item_id)
      );
      COMMENT ON COLUMN ${s}.item_vectors.vector IS 'float32, little-endian';
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      DROP TABLE ${s}.item_vectors, ${s}.items;
      DROP SEQUENCE ${s}.item_version;
    `)
  }
}
