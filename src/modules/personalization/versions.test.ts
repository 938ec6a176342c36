import { describeWithPostgres } from "../../adapters/postgres/__tests__/describe-with-postgres"
import { PostgresModelStore } from "../../adapters/postgres"
import { schemaOf } from "../../adapters/postgres/data-source"
import { silentLogger } from "../../services/lib"
import { train } from "../../services/models"
import { FULL_CONSENT } from "../../services/privacy"
import { plantedData } from "../../services/testing/model.contract"
import { product } from "../../services/testing/planted-shop"
import { fitContext } from "../../services/testing/training-fixture"
import { compose } from "./compose"
import type { Engine } from "./engine"
import { resolveOptions } from "./options"

/** What a change of the live version may take to reach all processes. */
const EVERYWHERE_MS = 10_000

describeWithPostgres("versions in two processes on one database", ({ url, open }) => {
  const engines: Engine[] = []
  const versions: string[] = []

  beforeAll(async () => {
    const dataSource = await open()
    const store = new PostgresModelStore(dataSource)
    for (const seed of [3, 4]) {
      const names = ["sequential-rules", "text-lsa"]
      const { artifacts, version } = await train(plantedData(seed), { names }, fitContext())
      await store.save(version, artifacts)
      versions.push(version.version)
    }
    const options = resolveOptions({ retrieval: { index: "exact" }, training: { canaryShare: 0.5 } })
    const database = { url, schema: schemaOf(dataSource), poolSize: 3 }
    for (let i = 0; i < 2; i++) engines.push(compose(options, { database, logger: silentLogger }))
    await store.promote(versions[0])
    await Promise.all(engines.map((engine) => engine.start()))
    const ids = plantedData(3).interactions.itemIds
    await engines[0].catalog.upsert(ids.map((id) => product(id, "all")))
  })
  afterAll(() => Promise.all(engines.map((engine) => engine.stop())))

  /** Waits until both processes say the same, at most so long. */
  async function everywhere(says: (engine: Engine) => unknown): Promise<void> {
    const until = Date.now() + EVERYWHERE_MS
    while (!engines.every(says) && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50))
    expect(engines.map(says)).toEqual([true, true])
  }

  const shown = (engine: Engine, visitorId: string, consent = FULL_CONSENT) =>
    engine.recommender.recommend({
      placement: "trending",
      visitorId,
      consent,
      context: { now: Date.now(), salesChannelIds: [] },
    })

  it("take a promotion in one and a rollback in the other to all within ten seconds", async () => {
    await everywhere((engine) => engine.models.version === versions[0])
    await engines[0].models.promote(versions[1])
    await everywhere((engine) => engine.models.version === versions[1])
    await engines[1].models.rollback()
    expect(engines[1].models.version).toBe(versions[0])
    await everywhere((engine) => engine.models.version === versions[0])
    expect((await shown(engines[0], "v")).model_version).toBe(versions[0])
  })

  it("show a canary to the same shoppers everywhere, if they agree to experiments, and record it", async () => {
    const store = new PostgresModelStore(await open())
    await store.move(versions[1], "canary", "better")
    const visitors = Array.from({ length: 20 }, (_, i) => `visitor-${i}`)
    const served = (engine: Engine) => visitors.map((id) => engine.models.viewOf(id).version)
    await everywhere((engine) => served(engine).includes(versions[1]))
    expect(served(engines[0])).toEqual(served(engines[1]))
    expect(new Set(served(engines[0])).size).toBe(2)
    const chosen = visitors[served(engines[0]).indexOf(versions[1])]
    const { model_version, request_id } = await shown(engines[0], chosen)
    expect(model_version).toBe(versions[1])
    const refused = { ...FULL_CONSENT, experimentation: false }
    expect((await shown(engines[0], chosen, refused)).model_version).toBe(versions[0])
    const until = Date.now() + EVERYWHERE_MS
    while (!(await engines[1].exposures.get(request_id)) && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 50))
    expect(await engines[1].exposures.get(request_id)).toMatchObject({ modelVersion: versions[1] })
    await engines[1].models.rollback()
    await everywhere((engine) => new Set(served(engine)).size === 1)
    expect((await shown(engines[0], chosen)).model_version).toBe(versions[0])
  })
})
