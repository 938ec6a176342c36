import type { MigrationInterface, QueryRunner } from "typeorm"
import { schemaOf } from "../src/adapters/postgres/data-source"

/**
 * Events, by day. The day comes from the time inside the UUIDv7, so that (day, event_id) identifies an event
 * in the whole table although PostgreSQL can only keep keys unique within a partition.
 */
export class Events1795305600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      CREATE SEQUENCE ${s}.event_seq;
      CREATE TABLE ${s}.events (
        day date NOT NULL,
        event_id uuid NOT NULL,
        seq bigint NOT NULL,
        type text NOT NULL,
        ts timestamptz NOT NULL,
        stored_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        visitor_id text,
        customer_id text,
        body jsonb NOT NULL,
        PRIMARY KEY (day, event_id)
      ) PARTITION BY RANGE (day);
      CREATE INDEX events_seq ON ${s}.events (seq);
      CREATE INDEX events_visitor ON ${s}.events (visitor_id) WHERE visitor_id IS NOT NULL;
      CREATE INDEX events_customer ON ${s}.events (customer_id) WHERE customer_id IS NOT NULL;
      CREATE INDEX events_stored ON ${s}.events USING brin (stored_at);
      COMMENT ON COLUMN ${s}.events.seq IS 'Order of commit: appends are serialised, so a reader never skips one';

      CREATE TABLE ${s}.event_cursors (
        group_name text PRIMARY KEY,
        seq bigint NOT NULL DEFAULT 0,
        updated_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE ${s}.dead_letters (
        group_name text NOT NULL,
        seq bigint NOT NULL,
        event jsonb NOT NULL,
        error text NOT NULL,
        buried_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (group_name, seq)
      );

      CREATE TABLE ${s}.subjects (
        visitor_id text PRIMARY KEY,
        customer_id text,
        consent jsonb,
        consent_at timestamptz,
        first_seen timestamptz NOT NULL DEFAULT now(),
        last_seen timestamptz NOT NULL DEFAULT now()
      );
      CREATE INDEX subjects_customer ON ${s}.subjects (customer_id) WHERE customer_id IS NOT NULL;
    `)
  }

  async down(runner: QueryRunner): Promise<void> {
    const s = `"${schemaOf(runner.dataSource)}"`
    await runner.query(`
      DROP TABLE ${s}.subjects, ${s}.dead_letters, ${s}.event_cursors, ${s}.events;
      DROP SEQUENCE ${s}.event_seq;
    `)
  }
}
