import { createHash } from "node:crypto"
import type { DataSource } from "typeorm"
import {
  decodeInSteps,
  encodeArtifact,
  finishInTurns,
  PersonalizationError,
  systemClock,
  type Artifact,
  type Clock,
} from "../../services/lib"
import {
  isOnTrial,
  type ModelStore,
  type ModelVersion,
  type Step,
  type VersionStatus,
} from "../../services/models"
import { Database, type Query } from "./database"

interface VersionRow {
  body: ModelVersion
  status: ModelVersion["status"]
  promoted_ms: string | null
}

const COLUMNS = "body, status, extract(epoch FROM promoted_at) * 1000 AS promoted_ms"

/** Bytes of an artifact that are read at a time. */
const PIECE = 128 * 1024

const ON_TRIAL = "('shadow', 'canary')"

const previousOf = (columns: string, versions: string): string =>
  `SELECT ${columns} FROM ${versions} WHERE status = 'retired' AND promoted_at IS NOT NULL
   ORDER BY promoted_at DESC, version LIMIT 1`

function versionOf({ body, status, promoted_ms }: VersionRow): ModelVersion {
  const version: ModelVersion = { ...body, status }
  if (promoted_ms !== null) version.promotedAt = Number(promoted_ms)
  if (status === "live") delete version.reason
  return version
}

/** Versions and their artifacts; an artifact that two versions share is stored once. */
export class PostgresModelStore implements ModelStore {
  private readonly db: Database
  private readonly versions: string
  private readonly artifactTable: string
  private readonly links: string

  constructor(
    dataSource: DataSource,
    private readonly clock: Clock = systemClock
  ) {
    this.db = new Database(dataSource)
    this.versions = this.db.name("model_versions")
    this.artifactTable = this.db.name("model_artifacts")
    this.links = this.db.name("model_version_artifacts")
  }

  async save(version: ModelVersion, artifacts: Record<string, Artifact>): Promise<void> {
    await this.db.transaction(async (query) => {
      // A version that is or was live, or is on trial, stays what it is when the same content is trained again.
      await query(
        `INSERT INTO ${this.versions} AS held (version, status, created_at, body)
         VALUES ($1, $2, to_timestamp($3 / 1000.0), $4)
         ON CONFLICT (version) DO UPDATE SET
           body = excluded.body || jsonb_strip_nulls(jsonb_build_object('steps', held.body->'steps')),
           created_at = excluded.created_at,
           status = CASE WHEN held.promoted_at IS NULL AND held.status NOT IN ${ON_TRIAL}
             THEN excluded.status ELSE held.status END`,
        [version.version, version.status, version.createdAt, JSON.stringify(version)]
      )
      for (const [model, artifact] of Object.entries(artifacts)) {
        const content = encodeArtifact(artifact)
        const hash = createHash("sha256").update(content).digest("hex")
        await query(
          `INSERT INTO ${this.artifactTable} (hash, content) VALUES ($1, $2) ON CONFLICT DO NOTHING`,
          [hash, content]
        )
        await query(
          `INSERT INTO ${this.links} (version, model, hash) VALUES ($1, $2, $3)
           ON CONFLICT (version, model) DO UPDATE SET hash = excluded.hash`,
          [version.version, model, hash]
        )
      }
    })
  }

  async list(limit = 50): Promise<ModelVersion[]> {
    const rows = await this.db.query<VersionRow>(
      `SELECT ${COLUMNS} FROM ${this.versions} ORDER BY created_at DESC, version LIMIT $1`,
      [limit]
    )
    return rows.map(versionOf)
  }

  async live(): Promise<ModelVersion | undefined> {
    const rows = await this.db.query<VersionRow>(
      `SELECT ${COLUMNS} FROM ${this.versions} WHERE status = 'live'`
    )
    return rows.map(versionOf)[0]
  }

  async previous(): Promise<ModelVersion | undefined> {
    const rows = await this.db.query<VersionRow>(previousOf(COLUMNS, this.versions))
    return rows.map(versionOf)[0]
  }

  /**
   * Reads them piece by piece: what the driver parses and we decode holds the event loop for a millisecond or two.
   * @throws PersonalizationError `not_found`, `corrupt_artifact`
   */
  async artifacts(version: string): Promise<Record<string, Artifact>> {
    const rows = await this.db.query<{ model: string | null; hash: string; length: number }>(
      `SELECT model, hash, length(content) AS length FROM ${this.versions}
       LEFT JOIN ${this.links} USING (version) LEFT JOIN ${this.artifactTable} USING (hash)
       WHERE version = $1 ORDER BY model`,
      [version]
    )
    if (rows.length === 0) throw unknownVersion(version)
    const artifacts: Record<string, Artifact> = {}
    for (const { model, hash, length } of rows)
      if (model !== null)
        artifacts[model] = await finishInTurns(decodeInSteps(await this.content(hash, length)))
    return artifacts
  }

  private async content(hash: string, length: number): Promise<Uint8Array> {
    const content = new Uint8Array(length)
    for (let from = 0; from < length; from += PIECE) {
      const [row] = await this.db.query<{ piece: Buffer }>(
        `SELECT substring(content FROM $2 FOR $3) AS piece FROM ${this.artifactTable} WHERE hash = $1`,
        [hash, from + 1, PIECE]
      )
      if (!row) throw new PersonalizationError("not_found", `version: artifact ${hash} was deleted meanwhile`)
      content.set(row.piece, from)
    }
    return content
  }

  async promote(version: string, reason = ""): Promise<void> {
    await this.changing(version, async (query, status) => {
      if (status === "live") return
      const [live] = await query<{ version: string }>(
        `SELECT version FROM ${this.versions} WHERE status = 'live'`
      )
      if (live) await this.step(query, live.version, "retired", `${version} took its place`)
      await this.step(query, version, "live", reason)
      await query(`UPDATE ${this.versions} SET promoted_at = to_timestamp($2 / 1000.0) WHERE version = $1`, [
        version,
        this.clock.now(),
      ])
    })
  }

  async trial(): Promise<ModelVersion | undefined> {
    const rows = await this.db.query<VersionRow>(
      `SELECT ${COLUMNS} FROM ${this.versions} WHERE status IN ${ON_TRIAL}`
    )
    return rows.map(versionOf)[0]
  }

  async move(
    version: string,
    status: "shadow" | "canary" | "candidate" | "failed",
    reason: string
  ): Promise<void> {
    await this.changing(version, async (query, held) => {
      if (held === status) return
      if (held === "live") throw new PersonalizationError("conflict", `version ${version} is live`)
      const others = await query<{ version: string }>(
        `SELECT version FROM ${this.versions} WHERE status IN ${ON_TRIAL} AND version <> $1`,
        [version]
      )
      if (isOnTrial(status))
        for (const other of others)
          await this.step(query, other.version, "candidate", `${version} took its place`)
      await this.step(query, version, status, reason)
    })
  }

  /** Two changes at once would both find the old version live. */
  private async changing(
    version: string,
    change: (query: Query, status: VersionStatus) => Promise<void>
  ): Promise<void> {
    await this.db.transaction(async (query) => {
      await query(`LOCK TABLE ${this.versions} IN SHARE ROW EXCLUSIVE MODE`)
      const [found] = await query<{ status: VersionStatus }>(
        `SELECT status FROM ${this.versions} WHERE version = $1`,
        [version]
      )
      if (!found) throw unknownVersion(version)
      await change(query, found.status)
    })
  }

  private async step(query: Query, version: string, status: VersionStatus, reason: string): Promise<void> {
    const step: Step = { status, at: this.clock.now(), reason }
    // A retired version keeps what was said of it before it went live.
    const said = status === "live" || status === "retired" ? {} : { reason }
    await query(
      `UPDATE ${this.versions} SET status = $2,
         body = body || $3 || jsonb_build_object('steps', coalesce(body->'steps', '[]') || $4)
       WHERE version = $1`,
      [version, status, JSON.stringify(said), JSON.stringify([step])]
    )
  }

  async prune(keep: number): Promise<number> {
    return this.db.transaction(async (query) => {
      // Nothing may be saved meanwhile: it could link an artifact that is about to go.
      await query(`LOCK TABLE ${this.versions} IN SHARE ROW EXCLUSIVE MODE`)
      const gone = await query(
        `DELETE FROM ${this.versions} WHERE status NOT IN ('live', 'shadow', 'canary')
           AND version NOT IN (SELECT version FROM ${this.versions} ORDER BY created_at DESC, version LIMIT $1)
           AND version NOT IN (${previousOf("version", this.versions)})
         RETURNING version`,
        [keep]
      )
      await query(
        `DELETE FROM ${this.artifactTable} a
         WHERE NOT EXISTS (SELECT FROM ${this.links} l WHERE l.hash = a.hash)`
      )
      return gone.length
    })
  }
}

const unknownVersion = (version: string) =>
  new PersonalizationError("not_found", `version: no model version ${version} is stored`)
