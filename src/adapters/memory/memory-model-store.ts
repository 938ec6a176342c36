import { PersonalizationError, systemClock, type Artifact, type Clock } from "../../services/lib"
import type { ModelStore, ModelVersion } from "../../services/models"

/** Versions in memory, for tests and for stores without a database. */
export class MemoryModelStore implements ModelStore {
  private readonly versions = new Map<
    string,
    { version: ModelVersion; artifacts: Record<string, Artifact> }
  >()
  /** Versions in the order in which they went live; the last one is live. */
  private promotions: string[] = []

  constructor(private readonly clock: Clock = systemClock) {}

  async save(version: ModelVersion, artifacts: Record<string, Artifact>): Promise<void> {
    const known = this.versions.get(version.version)?.version
    const kept = known && { status: known.status, promotedAt: known.promotedAt }
    this.versions.delete(version.version)
    const saved = structuredClone({ ...version, ...kept })
    if (saved.status === "live") delete saved.reason
    this.versions.set(version.version, { version: saved, artifacts: structuredClone(artifacts) })
  }

  async list(limit = 50): Promise<ModelVersion[]> {
    return [...this.versions.values()]
      .map(({ version }) => structuredClone(version))
      .reverse()
      .sort((a, b) => b.createdAt - a.createdAt)
      .slice(0, limit)
  }

  async live(): Promise<ModelVersion | undefined> {
    return this.at(-1)
  }

  async artifacts(version: string): Promise<Record<string, Artifact>> {
    return structuredClone(this.get(version).artifacts)
  }

  async promote(version: string): Promise<void> {
    const next = this.get(version).version
    const live = this.promotions.at(-1)
    if (live === version) return
    if (live) this.get(live).version.status = "retired"
    next.status = "live"
    next.promotedAt = this.clock.now()
    delete next.reason
    this.promotions.push(version)
  }

  async previous(): Promise<ModelVersion | undefined> {
    return this.at(-2)
  }

  async prune(keep: number): Promise<number> {
    const kept = new Set((await this.list(keep)).map(({ version }) => version))
    for (const version of this.promotions.slice(-2)) kept.add(version)
    const gone = [...this.versions.keys()].filter((version) => !kept.has(version))
    for (const version of gone) this.versions.delete(version)
    this.promotions = this.promotions.filter((version) => kept.has(version))
    return gone.length
  }

  private at(index: number): ModelVersion | undefined {
    const version = this.promotions.at(index)
    return version === undefined ? undefined : structuredClone(this.get(version).version)
  }

  private get(version: string) {
    const found = this.versions.get(version)
    if (!found) throw new PersonalizationError("not_found", `no model version "${version}"`)
    return found
  }
}
