import { PersonalizationError, type Artifact, type Logger, type Metrics, type Scored } from "../lib"
import { drawOf } from "./draw"
import { loadModelsInTurns } from "./load-models"
import type { Model, ModelQuery } from "./model"
import type { ModelStore, ModelVersion } from "./model-store.port"
import type { GivenProduct, ProductEmbedder, ProductForeteller } from "./product-embedder.port"
import type { SequenceEncoder } from "./sequence-encoder.port"
import type { ShadowAnswers } from "./shadow-answers"

export interface ModelRegistryOptions {
  logger: Logger
  metrics: Metrics
  /** How often the store is asked for a newly promoted version. Default 3. */
  reloadSeconds?: number
  /** Share of the shoppers that a canary serves. Default 0. */
  canaryShare?: number
  /** Number of a product among the catalogue's cards, −1 when it is not there; answers tell it along with the ids. */
  productOf?(id: string): number
  /** Takes what a version in shadow would have shown. */
  shadow?: Pick<ShadowAnswers, "offer">
}

/** The models of one version, as one shopper gets them. */
export interface ModelView {
  readonly version: string | undefined
  /** As `ModelRegistry.ask`. */
  ask(name: string, query: ModelQuery, k: number): Scored[]
  /** Days after which a product is usually bought again, where a live model knows that. */
  repeatDays(productId: string): number | undefined
}

/** More versions than are ever kept. */
const KEPT = 1_000

interface Loaded {
  version: ModelVersion
  models: Map<string, Model>
}

/**
 * The live models in memory. A newly promoted version is loaded beside the running one and swapped in whole, so
 * that a request never sees two versions mixed within one call; a version that cannot be loaded leaves the
 * running one in place. Holds two versions for the moment of the swap, and while one is on trial.
 */
export class ModelRegistry {
  private loaded: Loaded | undefined
  /** In shadow or canary. */
  private trial: Loaded | undefined
  private timer: NodeJS.Timeout | undefined
  private reloading: Promise<void> | undefined
  private readonly listeners = new Set<() => void>()
  /** Loaded already, and about to be made live. */
  private prepared: Loaded | undefined
  /** A version that failed to load is not tried again at every poll. */
  private broken: string | undefined
  private brokenTrial: string | undefined

  constructor(
    private readonly store: ModelStore,
    private readonly options: ModelRegistryOptions
  ) {}

  /** Loads the live version, if there is one, and begins to poll. */
  async start(): Promise<void> {
    await this.reload()
    this.timer ??= setInterval(() => void this.look(), (this.options.reloadSeconds ?? 3) * 1000)
    this.timer.unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.timer)
    this.timer = undefined
    await this.reloading
  }

  /** Id of the loaded version. */
  get version(): string | undefined {
    return this.loaded?.version.version
  }

  /** The live model that turns a product's words into a vector. */
  get embedder(): ProductEmbedder | undefined {
    for (const model of this.loaded?.models.values() ?? []) if (isEmbedder(model)) return model
    return undefined
  }

  /** The live model that says where a visit points to. */
  get encoder(): SequenceEncoder | undefined {
    for (const model of this.loaded?.models.values() ?? []) if (isEncoder(model)) return model
    return undefined
  }

  /**
   * Makes products known to the live models that foretell something of those they have not learned from. What they know
   * already costs nothing; of a new one they compare its content with that of all others, on the spot. Never throws.
   */
  addProducts(products: readonly GivenProduct[]): void {
    for (const model of [this.loaded, this.trial].flatMap((one) => [...(one?.models.values() ?? [])])) {
      if (!foretells(model)) continue
      try {
        model.addProducts(products)
      } catch (error) {
        this.options.metrics.count("model_errors_total", { model: model.name })
        this.options.logger.error(`model ${model.name} failed to take new products`, asError(error))
      }
    }
  }

  /**
   * The version that serves a shopper: the live one, or for a share of them the canary, always the same for the same.
   * @param unit names the shopper; one who is not to be part of an experiment gets the live version: undefined
   */
  viewOf(unit: string | undefined): ModelView {
    const { trial } = this
    const { canaryShare = 0 } = this.options
    if (trial?.version.status !== "canary" || unit === undefined) return this
    const { version } = trial.version
    if (drawOf(`${version} ${unit}`) >= canaryShare) return this
    return {
      version,
      ask: (name, query, k) => this.askOf(trial, name, query, k),
      repeatDays: (id) => repeatDaysOf(trial, id),
    }
  }

  /** What serves, for questions that no shopper asks: a version in shadow does not hear of them. */
  aside(): ModelView {
    const { loaded, version } = this
    return {
      version,
      ask: (name, query, k) => (loaded ? this.askOf(loaded, name, query, k) : []),
      repeatDays: (id) => this.repeatDays(id),
    }
  }

  /** Asks a live model; [] when there is none or when it fails, which is counted and logged. Never throws. */
  ask(name: string, query: ModelQuery, k: number): Scored[] {
    const { loaded, trial } = this
    if (!loaded) return []
    const answer = this.askOf(loaded, name, query, k)
    const shadow = trial?.version.status === "shadow" ? trial.models.get(name) : undefined
    if (trial && shadow) {
      const names = { version: trial.version.version, live: loaded.version.version, model: name }
      this.options.shadow?.offer(names, answer, () => shadow.recommend(query, k))
    }
    return answer
  }

  repeatDays(productId: string): number | undefined {
    return this.loaded && repeatDaysOf(this.loaded, productId)
  }

  private askOf({ models }: Loaded, name: string, query: ModelQuery, k: number): Scored[] {
    const model = models.get(name)
    if (!model) return []
    try {
      return model.recommend(query, k)
    } catch (error) {
      this.options.metrics.count("model_errors_total", { model: name })
      this.options.logger.error(`model ${name} failed to answer`, asError(error))
      return []
    }
  }

  /** Calls back after every swap; returns how to stop that. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Versions, newest first. */
  list(limit?: number): Promise<ModelVersion[]> {
    return this.store.list(limit)
  }

  /** The version that the store holds as live, loaded here or not yet. */
  live(): Promise<ModelVersion | undefined> {
    return this.store.live()
  }

  /** Makes a version live and loads it here at once. @throws `not_found`, `corrupt_artifact` when it cannot be read */
  async promote(version: string): Promise<ModelVersion> {
    const isHeld = [this.loaded, this.trial].some((held) => held?.version.version === version)
    if (!isHeld) this.prepared = await this.prepare(version)
    await this.store.promote(version)
    await this.reloading
    // Somebody asks for it by name: it may have been mended.
    this.broken = undefined
    await this.reload()
    return (await this.store.live())!
  }

  /**
   * Goes back to a given version. Without one it takes back the last step: ends a canary, else goes back to the version
   * that was live before. @throws `not_found`
   */
  async rollback(version?: string): Promise<ModelVersion> {
    const trial = version === undefined ? await this.store.trial() : undefined
    const live = trial?.status === "canary" ? await this.store.live() : undefined
    if (trial && live) {
      await this.store.move(trial.version, "candidate", "taken back by hand")
      await this.reload()
      return live
    }
    const target = version ?? (await this.store.previous())?.version
    if (target === undefined) {
      throw new PersonalizationError(
        "not_found",
        "no earlier version to roll back to: only one was ever live"
      )
    }
    return this.promote(target)
  }

  /**
   * Sees to it that what the store now holds as live is loaded. A look that began before is waited for, not shared:
   * it may have missed what was promoted since. Never throws.
   */
  async reload(): Promise<void> {
    await this.reloading
    await this.look()
  }

  /** A version that nobody can load must not be made live: processes that start would have nothing. */
  private async prepare(version: string): Promise<Loaded | undefined> {
    const kept = (await this.store.list(KEPT)).find((one) => one.version === version)
    if (!kept) return undefined
    const artifacts = await this.store.artifacts(version)
    try {
      return this.modelsOf(kept, await loadModelsInTurns(kept, artifacts))
    } catch (cause) {
      throw new PersonalizationError(
        "corrupt_artifact",
        `version: this release cannot read version ${version}`,
        { cause }
      )
    }
  }

  private modelsOf(version: ModelVersion, models: readonly Model[]): Loaded {
    const { productOf } = this.options
    if (productOf) for (const { items } of models) items?.tellProducts(productOf)
    return { version, models: new Map(models.map((model) => [model.name, model])) }
  }

  /** Looks once whether another version is live and swaps it in; concurrent calls share one look. */
  private look(): Promise<void> {
    this.reloading ??= this.swap()
      .catch((error: unknown) => {
        this.options.metrics.count("model_reload_failed_total")
        this.options.logger.error("the live model version could not be loaded", asError(error))
      })
      .finally(() => (this.reloading = undefined))
    return this.reloading
  }

  private async swap(): Promise<void> {
    await this.swapLive()
    await this.swapTrial()
  }

  private async swapTrial(): Promise<void> {
    const trial = await this.store.trial()
    const held = this.trial
    if (trial && trial.version === this.brokenTrial) return
    if (!trial || trial.version === this.version) this.trial = undefined
    else if (held?.version.version === trial.version) this.trial = { ...held, version: trial }
    else {
      this.trial = undefined
      const artifacts = await this.store.artifacts(trial.version)
      // What keeps it from being loaded keeps it at every look, and does not concern the live version.
      this.brokenTrial = trial.version
      this.trial = await this.load(trial, artifacts)
      this.brokenTrial = undefined
      this.options.logger.info(`model version ${trial.version} is on trial: ${trial.status}`)
    }
  }

  /**
   * A version takes another's place if all of it can be read. Where there is nothing to keep, as after an update of the
   * plugin, what can be read of it is better than nothing.
   */
  private async load(version: ModelVersion, artifacts: Record<string, Artifact>): Promise<Loaded> {
    let last: Error | undefined
    const models = await loadModelsInTurns(version, artifacts, (name, error) => {
      if (this.loaded) throw error
      last = error
      this.options.metrics.count("model_reload_failed_total")
      this.options.logger.error(
        `model ${name} of version ${version.version} cannot be read: train anew`,
        error
      )
    })
    if (last && models.length === 0) throw last
    return this.modelsOf(version, models)
  }

  private async swapLive(): Promise<void> {
    const live = await this.store.live()
    if (!live || live.version === this.version || live.version === this.broken) return
    const ready = [this.prepared, this.trial].find((one) => one?.version.version === live.version)
    this.prepared = undefined
    if (ready) this.loaded = { ...ready, version: live }
    else await this.loadLive(live)
    this.broken = undefined
    this.options.logger.info(`model version ${live.version} is live: ${live.models.join(", ")}`)
    this.options.metrics.count("model_swaps_total")
    for (const listener of this.listeners) this.tell(listener)
  }

  private async loadLive(live: ModelVersion): Promise<void> {
    const artifacts = await this.store.artifacts(live.version).catch((error: unknown) => {
      // A store that does not answer is asked again; one that says what is wrong would say it at every look.
      if (error instanceof PersonalizationError && error.code !== "unavailable") this.broken = live.version
      throw error
    })
    try {
      this.loaded = await this.load(live, artifacts)
    } catch (error) {
      this.broken = live.version
      throw error
    }
  }

  private tell(listener: () => void): void {
    try {
      listener()
    } catch (error) {
      this.options.logger.error("a listener to a model swap failed", asError(error))
    }
  }
}

function isEmbedder(model: Model): model is Model & ProductEmbedder {
  return typeof (model as Partial<ProductEmbedder>).embed === "function"
}

function isEncoder(model: Model): model is Model & SequenceEncoder {
  return typeof (model as Partial<SequenceEncoder>).sessionVector === "function"
}

function foretells(model: Model): model is Model & ProductForeteller {
  return typeof (model as Partial<ProductForeteller>).addProducts === "function"
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)))

function repeatDaysOf({ models }: Loaded, productId: string): number | undefined {
  for (const model of models.values()) {
    const days = model.repeatDays?.(productId)
    if (days !== undefined) return days
  }
  return undefined
}
