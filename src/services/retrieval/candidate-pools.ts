import { LRUCache } from "lru-cache"
import type { Scored } from "../lib"
import type { ModelQuery } from "../models"
import { Beside } from "./beside"

/** Pools remembered: of 100 products each, about 25 MB. */
const REMEMBERED = 20_000
/** A shopper who has not been back by then is not expected any more. */
const KEEP_MS = 24 * 3_600_000
/** In a catalogue of no more products, a model that looks at all of them answers in some tenths of a millisecond. */
const AT_ONCE = 3_000
/** Of the time, the share that pools take which nobody waits for: each holds the process for some milliseconds. */
const SHARE = 0.05

/** Whoever answers; the pools of one version are not another's. */
export interface PoolModels {
  readonly version: string | undefined
  ask(model: string, query: ModelQuery, k: number): Scored[]
}

export interface CandidatePoolsParts {
  catalog: { readonly size: number }
  /** Products of a pool. */
  size: number
}

interface Pool {
  ids: readonly string[]
  scores: Float32Array
  /** Of the products among the cards; −1 where it was not known. */
  numbers: Int32Array
}

interface Wanted {
  models: PoolModels
  model: string
  history: readonly string[]
}

/**
 * What models that look at all products answer to a shopper's history, remembered: it is the same for the whole of a visit,
 * in which the session moves and the history stays. In a large catalogue no request waits for it: a list does without what
 * is not known yet, and it is worked out beside the requests, or ahead of them for shoppers who are expected.
 * A pool belongs to a history and not to a person: nothing here says whose it is.
 */
export class CandidatePools {
  private readonly pools = new LRUCache<string, Pool>({ max: REMEMBERED, ttl: KEEP_MS })
  private readonly beside = new Beside<Wanted>(SHARE, (key, wanted) => void this.make(key, wanted))

  constructor(private readonly parts: CandidatePoolsParts) {}

  /** Whether pools are made ahead of the requests, and not in them. */
  get ahead(): boolean {
    return this.parts.catalog.size > AT_ONCE
  }

  /**
   * Best first, at most `k` and no more than a pool holds; [] while it is not known.
   * @param history the shopper's products, oldest first
   */
  of(models: PoolModels, model: string, history: readonly string[], k: number): Scored[] {
    if (history.length === 0 || !models.version) return []
    const key = keyOf(models.version, model, history)
    const wanted = { models, model, history }
    const pool = this.pools.get(key) ?? (this.ahead ? undefined : this.make(key, wanted))
    if (!pool) {
      this.beside.add(key, wanted)
      return []
    }
    const found: Scored[] = []
    for (let i = 0; i < Math.min(k, pool.ids.length); i++) {
      const number = pool.numbers[i]
      found.push({ id: pool.ids[i], score: pool.scores[i], number: number < 0 ? undefined : number })
    }
    return found
  }

  /** Works out what these will ask for, before they do. */
  warm(models: PoolModels, model: string, histories: Iterable<readonly string[]>): void {
    const { version } = models
    if (!version) return
    for (const history of histories) {
      const key = keyOf(version, model, history)
      if (history.length > 0 && !this.pools.has(key)) this.beside.add(key, { models, model, history })
    }
  }

  /** Resolves when nothing is left to be worked out. */
  filled(): Promise<void> {
    return this.beside.done()
  }

  close(): Promise<void> {
    return this.beside.close()
  }

  private make(key: string, { models, model, history }: Wanted): Pool {
    const found = models.ask(model, { history }, this.parts.size)
    const pool = {
      ids: found.map(({ id }) => id),
      scores: Float32Array.from(found, ({ score }) => score),
      numbers: Int32Array.from(found, ({ number = -1 }) => number),
    }
    this.pools.set(key, pool)
    return pool
  }
}

const keyOf = (version: string, model: string, history: readonly string[]) =>
  `${version} ${model} ${history.join(" ")}`
