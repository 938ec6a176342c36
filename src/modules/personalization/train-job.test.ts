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
import { newEventId, type ShopEvent } from "../../services/events"
import { ManualClock, silentLogger } from "../../services/lib"
import { loadModels } from "../../services/models"
import { FULL_CONSENT, NO_CONSENT } from "../../services/privacy"
import { resolveOptions } from "./options"
import { runTraining } from "./train-job"

const NOW = 1_700_000_000_000
const control = { cancelled: () => false, report() {} }

const view = (visitor: string, product: string, more: Partial<ShopEvent> = {}): ShopEvent => ({
  event_id: newEventId(NOW),
  type: "view_item",
  ts: NOW - 60_000,
  visitor_id: visitor,
  session_id: `${visitor}-s`,
  consent: FULL_CONSENT,
  context: {},
  items: [{ product_id: product }],
  ...more,
})

describe("runTraining", () => {
  it("learns nothing from a shopper who has withdrawn since, as a visitor or as a customer", async () => {
    const log = new MemoryEventLog()
    const subjects = new MemorySubjectStore()
    const models = new MemoryModelStore()
    await log.append([
      view("stays", "kept-1"),
      view("stays", "kept-2"),
      view("silent", "kept-3"),
      view("left", "secret-1"),
      view("phone", "secret-2", { customer_id: "cus_1" }),
    ])
    await subjects.recordConsent("stays", FULL_CONSENT, NOW)
    await subjects.recordConsent("left", { ...FULL_CONSENT, model_training: false }, NOW)
    await subjects.recordConsent("laptop", NO_CONSENT, NOW)
    await subjects.link("laptop", "cus_1")
    const { version } = await runTraining(
      {
        log,
        subjects,
        models,
        catalog: new MemoryCatalogStore(),
        lock: new MemoryTrainingLock(),
        exposures: new MemoryExposureStore(),
        ranker: new MemoryRankerStore(),
        vectors: new MemoryItemVectorStore(),
        options: resolveOptions({ training: { minEvents: 1 } }),
        clock: new ManualClock(NOW),
        logger: silentLogger,
      },
      control
    )
    expect(version.window).toMatchObject({ events: 3, items: 3, sessions: 2 })
    const { popularity } = await models.artifacts(version.version)
    const learned = loadModels(version, { popularity })[0].recommend({}, 10)
    expect(learned.map(({ id }) => id).sort()).toEqual(["kept-1", "kept-2", "kept-3"])
  })
})
