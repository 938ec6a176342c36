import { PersonalizationError, systemClock, type Artifact, type Clock } from "../../services/lib"
import { isOnTrial, type ModelStore, type ModelVersion, type VersionStatus } from "../../services/models"

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
    const { status, promotedAt, steps } = known ?? {}
    const isInUse = promotedAt !== undefined || isOnTrial(status)
    const saved = structuredClone({
      ...version,
      ...(isInUse && { status: status!, promotedAt }),
      ...(steps && { steps }),
    })
    if (saved.status === "live") delete saved.reason
    this.versions.delete(version.version)
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

  async promote(version: string, reason = ""): Promise<void> {
    const next = this.get(version).version
    const live = this.promotions.at(-1)
    if (live === version) return
    if (live) this.step(live, "retired", `${version} took its place`)
    this.step(version, "live", reason)
    next.promotedAt = this.clock.now()
    delete next.reason
    this.promotions.push(version)
  }

  async trial(): Promise<ModelVersion | undefined> {
    for (const { version } of this.versions.values())
      if (isOnTrial(version.status)) return structuredClone(version)
    return undefined
  }

  async move(
    version: string,
    status: "shadow" | "canary" | "candidate" | "failed",
    reason: string
  ): Promise<void> {
    const moved = this.get(version).version
    if (moved.status === status) return
    if (moved.status === "live") throw new PersonalizationError("conflict", `version ${version} is live`)
    const before = isOnTrial(status) ? await this.trial() : undefined
    if (before && before.version !== version) {
      this.step(before.version, "candidate", `${version} took its place`)
      this.get(before.version).version.reason = `${version} took its place`
    }
    this.step(version, status, reason)
    moved.reason = reason
  }

  async previous(): Promise<ModelVersion | undefined> {
    return this.at(-2)
  }

  async prune(keep: number): Promise<number> {
    const kept = new Set((await this.list(keep)).map(({ version }) => version))
    for (const version of this.promotions.slice(-2)) kept.add(version)
    for (const [name, { version }] of this.versions) if (isOnTrial(version.status)) kept.add(name)
    const gone = [...this.versions.keys()].filter((version) => !kept.has(version))
    for (const version of gone) this.versions.delete(version)
    this.promotions = this.promotions.filter((version) => kept.has(version))
    return gone.length
  }

  private step(version: string, status: VersionStatus, reason: string): void {
    const held = this.get(version).version
    held.status = status
    held.steps = [...(held.steps ?? []), { status, at: this.clock.now(), reason }]
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
