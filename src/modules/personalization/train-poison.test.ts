import {
  MemoryCatalogStore,
  MemoryEventLog,
  MemoryItemVectorStore,
  MemoryModelStore,
  MemorySubjectStore,
  MemoryExposureStore,
  MemoryRankerStore,
  MemoryTrainingLock,
} from "../../adapters/memory"
import { newEventId, type LoggedEvent, type ShopEvent } from "../../services/events"
import type { Product } from "../../services/features"
import { ManualClock, Random, silentLogger } from "../../services/lib"
import { loadModels } from "../../services/models"
import { FULL_CONSENT } from "../../services/privacy"
import { wordProduct } from "../../services/testing/training-fixture"
import { resolveOptions } from "./options"
import { runTraining } from "./train-job"

const NOW = 1_700_000_000_000
const HOUR = 3_600_000
const PRODUCTS = 50
const control = { cancelled: () => false, report() {} }

const event = (visitor: string, product: string, more: Partial<ShopEvent> = {}): ShopEvent => ({
  event_id: newEventId(NOW),
  type: "view_item",
  ts: NOW - HOUR,
  visitor_id: visitor,
  session_id: `${visitor}-s`,
  consent: FULL_CONSENT,
  context: {},
  items: [{ product_id: product }],
  ...more,
})

/** Shoppers who look at `anchor`, at `signal` and at something else, the newest last. */
function* honest(): Generator<ShopEvent> {
  for (let s = 0; s < 120; s++) {
    const ts = NOW - (200 - s) * HOUR
    for (const [i, id] of ["anchor", "signal", `p${s % PRODUCTS}`].entries())
      yield event(`honest-${s}`, id, { ts: ts + i * 1000, type: s % 3 === 0 ? "purchase" : "view_item" })
  }
}

const catalogue = (): Product[] => [
  ...["anchor", "signal", "everywhere"].map((id) => wordProduct(id, `The ${id}`)),
  ...Array.from({ length: PRODUCTS }, (_, i) => wordProduct(`p${i}`, `Thing number ${i}`)),
]

/** Trains on honest data, makes it live, then trains on what `poison` makes of it. */
async function trainOn(
  poison: () => Iterable<ShopEvent>,
  products: Product[],
  // A live version is outdated at once: a poisoned one takes its place if it is not clearly worse.
  training: object = { maxAgeDays: 1 }
) {
  const models = new MemoryModelStore()
  const run = async (events: () => Iterable<ShopEvent>, items: Product[]) => {
    const catalog = new MemoryCatalogStore()
    await catalog.upsert(items)
    const log = new MemoryEventLog()
    log.replay = async function* () {
      const batch: LoggedEvent[] = []
      for (const one of events()) {
        batch.push({ offset: "", event: one })
        if (batch.length === 1000) yield batch.splice(0)
      }
      yield batch
    }
    return runTraining(
      {
        log,
        models,
        catalog,
        subjects: new MemorySubjectStore(),
        lock: new MemoryTrainingLock(),
        exposures: new MemoryExposureStore(),
        ranker: new MemoryRankerStore(),
        vectors: new MemoryItemVectorStore(),
        options: resolveOptions({ training }),
        clock: new ManualClock(NOW),
        logger: silentLogger,
      },
      control
    )
  }
  const good = await run(honest, catalogue())
  const outcome = await run(poison, products).catch((error: Error) => error)
  const live = (await models.live())!
  return { models, good: good.version.version, outcome, live, lists: await listsOf(models, live.version) }
}

/** What the live models say to a shopper who has just seen `anchor`, by model. */
async function listsOf(models: MemoryModelStore, version: string) {
  const live = (await models.live())!
  const loaded = loadModels(live, await models.artifacts(version))
  return new Map(loaded.map((model) => [model.name, model.recommend({ session: ["anchor"] }, 10)]))
}

function* withPoison(poison: Iterable<ShopEvent>): Generator<ShopEvent> {
  yield* honest()
  yield* poison
}

function* many(count: number, make: (i: number) => ShopEvent): Generator<ShopEvent> {
  for (let i = 0; i < count; i++) yield make(i)
}

/** What is poisoned, the events, the catalogue, and what the report says of it. */
const cases: [string, () => Iterable<ShopEvent>, () => Product[], string[]][] = [
  [
    "one shopper with twenty thousand events",
    () => withPoison(many(20_000, (i) => event("robot", `p${i % 3}`, { ts: NOW - HOUR + i }))),
    catalogue,
    ["left out: 19500 interactions beyond the newest 500 of one shopper"],
  ],
  [
    "absurd times",
    () =>
      withPoison(many(99, (i) => event("odd", "p1", { ts: [NaN, 8.64e15, -8.64e15, 0, Infinity][i % 5] }))),
    catalogue,
    ["left out: 99 events whose time cannot be"],
  ],
  [
    "prices that are no numbers",
    () =>
      withPoison(many(50, (i) => event("odd", `p${i}`, { items: [{ product_id: `p${i}`, price: NaN }] }))),
    () =>
      catalogue().map((product) => ({
        ...product,
        price: NaN,
        variants: [{ id: `${product.id}-v`, available: true, price: NaN }],
      })),
    [],
  ],
  ["an empty catalogue", honest, () => [], []],
  [
    "one product in everything",
    () =>
      [...honest()].flatMap((one) => [
        one,
        { ...one, event_id: newEventId(NOW), items: [{ product_id: "everywhere" }] },
      ]),
    catalogue,
    [],
  ],
  [
    "an order of everything, again and again",
    () =>
      withPoison(
        many(10, (i) =>
          event(`whale-${i}`, "", {
            type: "purchase",
            items: Array.from({ length: 1_000 }, (_, n) => ({ product_id: `bulk-${n}` })),
          })
        )
      ),
    catalogue,
    ["left out: 5000 interactions beyond the newest 500 of one shopper"],
  ],
]

describe("a training run on poisoned data", () => {
  it.each(cases)("survives %s", async (_, poison, products, notes) => {
    const { outcome, lists } = await trainOn(poison, products())
    if (outcome instanceof Error) throw outcome
    expect(outcome.version.leftOut).toBeUndefined()
    expect(outcome.version.notes ?? []).toEqual(notes)
    for (const name of ["sequential-rules", "vmis-knn"]) {
      const ids = lists.get(name)!.map(({ id }) => id)
      expect(ids.slice(0, 2)).toContain("signal")
    }
    for (const list of lists.values()) for (const { score } of list) expect(Number.isFinite(score)).toBe(true)
  })

  it("leaves the live version alone when nothing can be learned", async () => {
    const { outcome, good, live } = await trainOn(
      () => many(500, (i) => event(`v${i}`, "p1", { bot: true })),
      catalogue()
    )
    expect(outcome).toMatchObject({ code: "nothing_to_train" })
    expect(live).toMatchObject({ version: good, status: "live" })
  })

  it("leaves the live version alone while what a thousand robots did is no better", async () => {
    const random = new Random(5)
    const robot = (i: number) =>
      event(`robot-${i % 1000}`, `p${random.int(PRODUCTS)}`, { ts: NOW - HOUR + i * 1000 })
    const poison = () => withPoison(many(3_000, robot))
    const { outcome, good, live } = await trainOn(poison, catalogue(), { maxAgeDays: 30 })
    expect(outcome).toMatchObject({
      promoted: false,
      reason: expect.stringContaining("than the live version: hr@20 differs"),
    })
    expect(live.version).toBe(good)
  })
})
