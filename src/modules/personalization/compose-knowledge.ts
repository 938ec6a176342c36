import { createVectorIndex } from "../../adapters/faiss"
import type { Catalog } from "../../services/features"
import type { Clock, Logger, Metrics } from "../../services/lib"
import { ModelRegistry, ShadowAnswers } from "../../services/models"
import { CandidatePools, ContentIndex, SequenceIndex, Shelves } from "../../services/retrieval"
import { productVectors } from "./compose-content"
import type { PersonalizationOptions } from "./options"
import type { Storage } from "./storage"

/** A pool holds so many more than a source may bring: those that the shopper has met already are left out. */
const POOL_SPARE = 30

export interface KnowledgeParts {
  catalog: Catalog
  storage: Storage
  clock: Clock
  logger: Logger
  metrics: Metrics
}

/** What sources may ask: the live models, the indices of vectors, and the lists made ahead. */
export function composeKnowledge(
  options: PersonalizationOptions,
  { catalog, storage, ...parts }: KnowledgeParts
) {
  const { logger, metrics } = parts
  const { training, retrieval, serving } = options
  const shadow = new ShadowAnswers({ ...parts, log: storage.trials, sample: training.shadowSample })
  const models = new ModelRegistry(storage.models, {
    logger,
    metrics,
    reloadSeconds: training.reloadSeconds,
    canaryShare: training.canaryShare,
    productOf: (id) => catalog.cards.numberOf(id),
    shadow,
  })
  const createIndex = (dimensions: number) =>
    createVectorIndex(retrieval.index, {
      dimensions,
      timeoutMs: retrieval.faissTimeoutMs,
      maxMemoryMb: retrieval.faissMaxMemoryMb,
      metrics,
      logger,
    })
  const content = new ContentIndex({
    catalog,
    models,
    store: storage.vectors,
    given: productVectors(options, { store: storage.vectors, metrics, logger }),
    // So many are remembered of a product: a list that may ask for more would be searched for each time.
    candidates: Math.max(serving.candidates, serving.maxLimit),
    createIndex,
    metrics,
    logger,
  })
  const sequences = new SequenceIndex({ models, createIndex, metrics, logger })
  const shelves = new Shelves({ catalog, models, logger })
  const pools = new CandidatePools({ catalog, size: serving.candidates + POOL_SPARE })
  return { shadow, models, content, sequences, shelves, pools }
}
