import type { DataSource } from "typeorm"
import type { Consent, SubjectRef, SubjectStore } from "../../services/privacy"
import { Database } from "./database"

export class PostgresSubjectStore implements SubjectStore {
  private readonly db: Database
  private readonly table: string

  constructor(dataSource: DataSource) {
    this.db = new Database(dataSource)
    this.table = this.db.name("subjects")
  }

  async recordConsent(visitorId: string, consent: Consent, ts: number): Promise<void> {
    await this.db.query(
      `INSERT INTO ${this.table} AS held (visitor_id, consent, consent_at) VALUES ($1, $2, to_timestamp($3 / 1000.0))
       ON CONFLICT (visitor_id) DO UPDATE
         SET consent = excluded.consent, consent_at = excluded.consent_at, last_seen = now()
         WHERE held.consent_at IS NULL OR held.consent_at <= excluded.consent_at`,
      [visitorId, JSON.stringify(consent), ts]
    )
  }

  async consentsOf(subjects: readonly SubjectRef[]): Promise<(Consent | undefined)[]> {
    const consents = new Array<Consent | undefined>(subjects.length).fill(undefined)
    if (subjects.length === 0) return consents
    if (!subjects.some(({ customerId }) => customerId)) return this.consentsOfVisitors(subjects)
    const rows = await this.db.query<{ place: string; consent: Consent }>(
      `SELECT asked.place, coalesce(own.consent, theirs.consent) AS consent
       FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (visitor_id, customer_id, place)
       LEFT JOIN ${this.table} own ON own.visitor_id = asked.visitor_id
       LEFT JOIN LATERAL (
         SELECT consent FROM ${this.table} s
         WHERE s.customer_id = asked.customer_id AND s.consent IS NOT NULL
         ORDER BY consent_at DESC LIMIT 1
       ) theirs ON own.consent IS NULL
       WHERE coalesce(own.consent, theirs.consent) IS NOT NULL`,
      [subjects.map((who) => who.visitorId ?? null), subjects.map((who) => who.customerId ?? null)]
    )
    for (const { place, consent } of rows) consents[Number(place) - 1] = consent
    return consents
  }

  /** Each list of a shopper who has not logged in asks this, and the database plans it in a third of the other's time. */
  private async consentsOfVisitors(subjects: readonly SubjectRef[]): Promise<(Consent | undefined)[]> {
    const rows = await this.db.query<{ visitor_id: string; consent: Consent }>(
      `SELECT visitor_id, consent FROM ${this.table} WHERE visitor_id = ANY($1) AND consent IS NOT NULL`,
      [subjects.flatMap(({ visitorId }) => visitorId ?? [])]
    )
    const held = new Map(rows.map(({ visitor_id, consent }) => [visitor_id, consent]))
    return subjects.map(({ visitorId }) => (visitorId === undefined ? undefined : held.get(visitorId)))
  }

  async consentOf(subject: SubjectRef): Promise<Consent | undefined> {
    return (await this.consentsOf([subject]))[0]
  }

  async link(visitorId: string, customerId: string): Promise<void> {
    await this.db.query(
      `INSERT INTO ${this.table} AS held (visitor_id, customer_id) VALUES ($1, $2)
       ON CONFLICT (visitor_id) DO UPDATE SET customer_id = excluded.customer_id, last_seen = now()
         WHERE held.customer_id IS NULL`,
      [visitorId, customerId]
    )
  }

  async unlink(visitorId: string, customerId: string): Promise<void> {
    await this.db.query(
      `UPDATE ${this.table} SET customer_id = NULL WHERE visitor_id = $1 AND customer_id = $2`,
      [visitorId, customerId]
    )
  }

  async visitorsOf(customerId: string): Promise<string[]> {
    const rows = await this.db.query<{ visitor_id: string }>(
      `SELECT visitor_id FROM ${this.table} WHERE customer_id = $1 ORDER BY first_seen, visitor_id`,
      [customerId]
    )
    return rows.map((row) => row.visitor_id)
  }

  async erase(subject: { visitorIds: readonly string[]; customerId?: string }): Promise<number> {
    const gone = await this.db.query(
      `DELETE FROM ${this.table} WHERE visitor_id = ANY($1) OR customer_id = $2 RETURNING visitor_id`,
      [subject.visitorIds, subject.customerId ?? null]
    )
    return gone.length
  }
}
