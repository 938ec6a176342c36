import { createHash } from "node:crypto"
import type { DataSource } from "typeorm"
import {
  decodeArtifact,
  encodeArtifact,
  PersonalizationError,
  systemClock,
  type Artifact,
  type Clock,
} from "../../services/lib"
import type { ModelStore, ModelVersion } from "../../services/models"
import { Database } from "./database"

interface VersionRow {
  body: ModelVersion
  status: ModelVersion["status"]
  promoted_ms: string | null
}

const COLUMNS = "body, status, extract(epoch FROM promoted_at) * 1000 AS promoted_ms"

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
      // A version that is or was live stays what it is when the same content is trained again.
      await query(
        `INSERT INTO ${this.versions} AS held (version, status, created_at, body)
         VALUES ($1, $2, to_timestamp($3 / 1000.0), $4)
         ON CONFLICT (version) DO UPDATE SET
           body = excluded.body, created_at = excluded.created_at,
           status = CASE WHEN held.promoted_at IS NULL THEN excluded.status ELSE held.status END`,
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

  /** @throws PersonalizationError `not_found`, `corrupt_artifact` */
  async artifacts(version: string): Promise<Record<string, Artifact>> {
    const rows = await this.db.query<{ model: string | null; content: Buffer }>(
      `SELECT model, content FROM ${this.versions}
       LEFT JOIN ${this.links} USING (version) LEFT JOIN ${this.artifactTable} USING (hash)
       WHERE version = $1 ORDER BY model`,
      [version]
    )
    if (rows.length === 0) throw unknownVersion(version)
    const artifacts: Record<string, Artifact> = {}
    for (const { model, content } of rows) if (model !== null) artifacts[model] = decodeArtifact(content)
    return artifacts
  }

  async promote(version: string): Promise<void> {
    await this.db.transaction(async (query) => {
      // Two promotions at once would both find the old version live.
      await query(`LOCK TABLE ${this.versions} IN SHARE ROW EXCLUSIVE MODE`)
      const [found] = await query<{ status: string }>(
        `SELECT status FROM ${this.versions} WHERE version = $1`,
        [version]
      )
      if (!found) throw unknownVersion(version)
      if (found.status === "live") return
      await query(`UPDATE ${this.versions} SET status = 'retired' WHERE status = 'live'`)
      await query(
        `UPDATE ${this.versions} SET status = 'live', promoted_at = to_timestamp($2 / 1000.0) WHERE version = $1`,
        [version, this.clock.now()]
      )
    })
  }

  async prune(keep: number): Promise<number> {
    return this.db.transaction(async (query) => {
      // Nothing may be saved meanwhile: it could link an artifact that is about to go.
      await query(`LOCK TABLE ${this.versions} IN SHARE ROW EXCLUSIVE MODE`)
      const gone = await query(
        `DELETE FROM ${this.versions} WHERE status <> 'live'
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
