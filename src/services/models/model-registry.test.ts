import { MemoryModelStore } from "../../adapters/memory/memory-model-store"
import { ManualClock, noMetrics, PersonalizationError, silentLogger, type Logger } from "../lib"
import { plantedData } from "../testing/model.contract"
import { fitContext, wordProduct } from "../testing/training-fixture"
import { ModelRegistry } from "./model-registry"
import { train } from "./train"

describe("ModelRegistry", () => {
  const setUp = async () => {
    const clock = new ManualClock(1_000)
    const store = new MemoryModelStore(clock)
    const counted: string[] = []
    const errors: string[] = []
    const logger: Logger = { debug() {}, info() {}, warn() {}, error: (message) => void errors.push(message) }
    const metrics = { count: (name: string) => void counted.push(name), gauge() {}, observe() {} }
    const registry = new ModelRegistry(store, { logger, metrics })
    const versions: string[] = []
    for (const seed of [3, 4]) {
      const names = ["sequential-rules", "vmis-knn", "text-lsa"]
      const { artifacts, version } = await train(plantedData(seed), { names, clock }, fitContext())
      await store.save(version, artifacts)
      versions.push(version.version)
      clock.advance(10)
    }
    return { store, registry, counted, errors, versions }
  }

  it("has nothing to say before a first version is live", async () => {
    const { registry } = await setUp()
    await registry.start()
    expect(registry.version).toBeUndefined()
    expect(registry.embedder).toBeUndefined()
    expect(registry.ask("vmis-knn", { session: ["anchor"] }, 5)).toEqual([])
    await registry.stop()
  })

  it("loads what is live at the start", async () => {
    const { registry, store, versions } = await setUp()
    await store.promote(versions[0])
    await registry.start()
    expect(registry.version).toBe(versions[0])
    expect(registry.ask("sequential-rules", { session: ["anchor"] }, 1)[0].id).toBe("signal")
    expect(registry.embedder?.embed(wordProduct("x", "cotton shirt"))).toHaveLength(64)
    expect(registry.ask("no-such-model", {}, 5)).toEqual([])
    await registry.stop()
  })

  it("swaps to a version that another process promoted, and tells its listeners once", async () => {
    const { registry, store, versions } = await setUp()
    await store.promote(versions[0])
    await registry.reload()
    let swaps = 0
    const unsubscribe = registry.onChange(() => swaps++)
    await store.promote(versions[1])
    await Promise.all([registry.reload(), registry.reload()])
    await registry.reload()
    expect(registry.version).toBe(versions[1])
    expect(swaps).toBe(1)
    unsubscribe()
    await registry.promote(versions[0])
    expect(swaps).toBe(1)
  })

  it("goes back to the version before, or to a given one", async () => {
    const { registry, versions } = await setUp()
    await registry.promote(versions[0])
    await expect(registry.rollback()).rejects.toMatchObject({ code: "not_found" })
    await registry.promote(versions[1])
    expect((await registry.rollback()).version).toBe(versions[0])
    expect(registry.version).toBe(versions[0])
    expect((await registry.rollback(versions[1])).version).toBe(versions[1])
    await expect(registry.rollback("none")).rejects.toMatchObject({ code: "not_found" })
    expect((await registry.list()).map(({ status }) => status)).toEqual(["live", "retired"])
  })

  describe("with a version on trial", () => {
    const asked = { session: ["anchor"] }

    it("serves a canary to its share of the shoppers, always the same ones, and to nobody else", async () => {
      const { store, versions } = await setUp()
      const registry = new ModelRegistry(store, {
        logger: silentLogger,
        metrics: noMetrics,
        canaryShare: 0.25,
      })
      await registry.promote(versions[0])
      await store.move(versions[1], "canary", "better")
      await registry.reload()
      const shoppers = Array.from({ length: 2_000 }, (_, i) => `visitor-${i}`)
      const served = shoppers.map((unit) => registry.viewOf(unit).version)
      const share = served.filter((version) => version === versions[1]).length / shoppers.length
      expect(share).toBeGreaterThan(0.22)
      expect(share).toBeLessThan(0.28)
      expect(shoppers.map((unit) => registry.viewOf(unit).version)).toEqual(served)
      expect(registry.viewOf(undefined).version).toBe(versions[0])
      const chosen = registry.viewOf(shoppers[served.indexOf(versions[1])])
      expect(chosen.ask("sequential-rules", asked, 1)[0].id).toBe("signal")
      expect(chosen.ask("no-such-model", asked, 1)).toEqual([])
      expect(registry.version).toBe(versions[0])
    })

    it("takes a canary back by a rollback, and leaves the live version", async () => {
      const { registry, store, versions } = await setUp()
      await registry.promote(versions[1])
      await registry.promote(versions[0])
      await store.move(versions[1], "canary", "better")
      expect((await registry.rollback()).version).toBe(versions[0])
      expect(await store.trial()).toBeUndefined()
      expect((await registry.rollback()).version).toBe(versions[1])
    })

    it("asks a version in shadow beside the live one, and shows nobody its answer", async () => {
      const { store, versions } = await setUp()
      const offered: unknown[][] = []
      const shadow = { offer: (...args: unknown[]) => void offered.push(args) }
      const registry = new ModelRegistry(store, {
        logger: silentLogger,
        metrics: noMetrics,
        canaryShare: 0.5,
        shadow,
      })
      await registry.promote(versions[0])
      await store.move(versions[1], "shadow", "better")
      await registry.reload()
      expect(registry.aside().version).toBe(versions[0])
      const unheard = registry.aside().ask("sequential-rules", asked, 3)
      expect(offered).toHaveLength(0)
      const answer = registry.ask("sequential-rules", asked, 3)
      expect(answer).toEqual(unheard)
      expect(offered).toHaveLength(1)
      const [names, shown, ask] = offered[0] as [object, object, () => { id: string }[]]
      expect(names).toEqual({ version: versions[1], live: versions[0], model: "sequential-rules" })
      expect(shown).toBe(answer)
      expect(ask()[0].id).toBe("signal")
      expect(registry.viewOf("visitor-1").version).toBe(versions[0])
      await store.move(versions[1], "candidate", "over")
      await registry.reload()
      registry.ask("sequential-rules", asked, 3)
      expect(offered).toHaveLength(1)
    })

    it("does not read a version again that goes live after its trial", async () => {
      const { registry, store, versions } = await setUp()
      await registry.promote(versions[0])
      await store.move(versions[1], "shadow", "better")
      const artifacts = jest.spyOn(store, "artifacts")
      await registry.reload()
      await registry.reload()
      await registry.promote(versions[1])
      expect(artifacts).toHaveBeenCalledTimes(1)
      expect(registry.version).toBe(versions[1])
    })

    it("serves on when the version on trial cannot be read, and tries that once", async () => {
      const { registry, store, versions, counted } = await setUp()
      await registry.promote(versions[0])
      const [{ version: _id, ...rest }] = await store.list(1)
      await store.save({ ...rest, version: "bad" }, { popularity: { meta: {}, arrays: {} } })
      await store.move("bad", "canary", "better")
      await registry.reload()
      await registry.reload()
      expect(registry.version).toBe(versions[0])
      expect(counted.filter((name) => name === "model_reload_failed_total")).toHaveLength(1)
      await registry.promote(versions[1])
      expect(registry.version).toBe(versions[1])
    })
  })

  it("answers [] and counts when a model fails", async () => {
    const { registry, versions, counted, errors } = await setUp()
    await registry.promote(versions[0])
    const broken = {
      get session(): string[] {
        throw new Error("boom")
      },
    }
    expect(registry.ask("vmis-knn", broken, 5)).toEqual([])
    expect(counted).toContain("model_errors_total")
    expect(errors.join()).toContain("vmis-knn")
  })

  it("keeps the running version when the new one cannot be read, and does not try it again and again", async () => {
    const { registry, store, versions, counted } = await setUp()
    await registry.promote(versions[0])
    const [{ version: _id, ...rest }] = await store.list(1)
    await store.save({ ...rest, version: "bad" }, { popularity: { meta: {}, arrays: {} } })
    await expect(registry.promote("bad")).rejects.toMatchObject({
      code: "corrupt_artifact",
      message: expect.stringContaining("this release cannot read version bad"),
    })
    expect((await store.live())?.version).toBe(versions[0])
    // Another release, in another process, may have made it live.
    await store.promote("bad")
    await registry.reload()
    await registry.reload()
    expect(registry.version).toBe(versions[0])
    expect(counted.filter((name) => name === "model_reload_failed_total")).toHaveLength(1)
    await registry.promote(versions[1])
    expect(registry.version).toBe(versions[1])
  })

  it("serves at the start what it can read of a version, and does not try the rest again and again", async () => {
    const { registry, store, versions, counted } = await setUp()
    const { ["vmis-knn"]: _, ...artifacts } = await store.artifacts(versions[0])
    const [one] = await store.list(1)
    await store.save({ ...one, version: "half" }, { ...artifacts, "vmis-knn": { meta: {}, arrays: {} } })
    await store.promote("half")
    await registry.reload()
    await registry.reload()
    expect(registry.version).toBe("half")
    expect(registry.ask("sequential-rules", { session: ["anchor"] }, 1)[0].id).toBe("signal")
    expect(registry.ask("vmis-knn", { session: ["anchor"] }, 1)).toEqual([])
    expect(counted.filter((name) => name === "model_reload_failed_total")).toHaveLength(1)
  })

  it("survives a store that does not answer", async () => {
    const { registry, store, versions } = await setUp()
    await registry.promote(versions[0])
    jest.spyOn(store, "live").mockRejectedValueOnce(new Error("no connection"))
    await registry.reload()
    expect(registry.version).toBe(versions[0])
  })

  it.each([
    ["an error of its own", new PersonalizationError("invalid_option", "no such option any more"), 1],
    ["an outage", new PersonalizationError("unavailable", "no connection"), 3],
    ["an unknown error of the store", new Error("no connection"), 3],
  ])("after %s, reads a version's artifacts again only if that may help", async (_, error, reads) => {
    const { registry, store, versions } = await setUp()
    await store.promote(versions[0])
    const artifacts = jest.spyOn(store, "artifacts").mockRejectedValue(error)
    for (let look = 0; look < 3; look++) await registry.reload()
    expect(artifacts).toHaveBeenCalledTimes(reads)
  })

  it("does not download again what a model cannot load for a reason unknown", async () => {
    const { registry, store, versions } = await setUp()
    await store.promote(versions[0])
    const unreadable = Object.defineProperty({}, "popularity", {
      enumerable: true,
      get: () => {
        throw new TypeError("boom")
      },
    })
    const artifacts = jest.spyOn(store, "artifacts").mockResolvedValue(unreadable as never)
    for (let look = 0; look < 3; look++) await registry.reload()
    expect(artifacts).toHaveBeenCalledTimes(1)
  })

  it("loads what it promotes, though a look that began before has seen the old version", async () => {
    const { registry, store, versions } = await setUp()
    await registry.promote(versions[0])
    const old = await store.live()
    let answer = (_live: typeof old) => {}
    jest.spyOn(store, "live").mockReturnValueOnce(new Promise((resolve) => (answer = resolve)))
    const look = registry.reload()
    await Promise.resolve()
    const promoted = registry.promote(versions[1])
    await new Promise((resolve) => setImmediate(resolve))
    answer(old)
    await Promise.all([look, promoted])
    expect(registry.version).toBe(versions[1])
  })

  it("does not let a failing listener stop the others", async () => {
    const { registry, versions } = await setUp()
    let told = false
    registry.onChange(() => {
      throw new Error("boom")
    })
    registry.onChange(() => (told = true))
    await registry.promote(versions[0])
    expect(told).toBe(true)
  })
})
