import { PersonalizationError, Random } from "../lib"
import type { ModelDefinition, ModelQuery, TrainingData } from "../models"
import { fitContext, trainingFixture, wordProduct, type FixtureSession } from "./training-fixture"

export interface ModelContractOptions {
  /** Asked after the planted signal was learned: shoppers of `anchor` go on to, buy with, and read like `signal`. */
  query: ModelQuery
  /** The item that must come first for it. */
  first: string
  /** Options to test it with, where the defaults are meant for more data. */
  options?: Record<string, unknown>
}

/** 40 items of which `signal` always follows, is always bought with, and is worded like `anchor`, amid noise. */
export function plantedData(seed = 3): TrainingData {
  const random = new Random(seed)
  const noise = Array.from({ length: 40 }, (_, i) => `item${i}`)
  const sessions: FixtureSession[] = []
  for (let s = 0; s < 300; s++) {
    const others = [random.pick(noise), random.pick(noise)]
    sessions.push({
      items: s % 2 === 0 ? [others[0], "anchor", "signal"] : [...new Set(others)],
      kind: s % 4 < 2 ? "purchase" : "view",
      user: `user${s % 30}`,
      country: s % 3 === 0 ? "DE" : "FR",
    })
  }
  const products = [
    wordProduct("anchor", "Red cotton shirt", { tags: ["summer"] }),
    wordProduct("signal", "Blue cotton shirt", { tags: ["summer"] }),
    ...noise.map((id, i) => wordProduct(id, `Thing ${i % 7} of kind ${i % 5}`)),
  ]
  return trainingFixture(sessions, products)
}

/** What every model must do, whatever it is good at. */
export function modelContract(
  { name, create }: ModelDefinition,
  { query, first, options: given }: ModelContractOptions
): void {
  const definition: ModelDefinition = { name, create: (options) => create({ ...given, ...options }) }
  describe(`Model: ${definition.name}`, () => {
    const fitted = async (data = plantedData()) => {
      const model = definition.create()
      await model.fit(data, fitContext())
      return model
    }
    const queries: ModelQuery[] = [
      query,
      { session: ["item1", "anchor"] },
      { seeds: ["anchor"] },
      { history: ["item3", "item2"], context: { country: "DE", device: "mobile", now: 0 } },
    ]

    it("bears the name it is registered by", () => {
      expect(definition.create().name).toBe(definition.name)
    })

    it("ranks a planted signal first", async () => {
      expect((await fitted()).recommend(query, 5)[0].id).toBe(first)
    })

    it("gives at most k items, best first, none twice, no score that is not a number", async () => {
      const model = await fitted()
      for (const asked of queries) {
        for (const k of [0, 1, 7, 1000]) {
          const list = model.recommend(asked, k)
          expect(list.length).toBeLessThanOrEqual(k)
          expect(new Set(list.map(({ id }) => id)).size).toBe(list.length)
          list.forEach(({ score }, i) => {
            expect(Number.isFinite(score)).toBe(true)
            if (i > 0) expect(score).toBeLessThanOrEqual(list[i - 1].score)
          })
        }
      }
    })

    it("gives the beginning of the longer list when asked for a shorter one", async () => {
      const model = await fitted()
      for (const asked of queries)
        expect(model.recommend(asked, 3)).toEqual(model.recommend(asked, 10).slice(0, 3))
    })

    it("scores what it names as it names it, and what it does not know as 0", async () => {
      const model = await fitted()
      if (!model.score) return
      for (const asked of queries) {
        const list = model.recommend(asked, 10)
        const scores = [...model.score(asked, [...list.map(({ id }) => id), "?"])]
        expect(scores.pop()).toBe(0)
        list.forEach(({ score }, i) => expect(scores[i]).toBeCloseTo(score, 5))
      }
    })

    it("answers the same when asked again", async () => {
      const model = await fitted()
      const once = queries.map((asked) => model.recommend(asked, 10))
      expect(queries.map((asked) => model.recommend(asked, 10))).toEqual(once)
    })

    it("knows nothing before it is trained", () => {
      for (const asked of [...queries, {}]) expect(definition.create().recommend(asked, 5)).toEqual([])
    })

    it("survives an empty set", async () => {
      const model = await fitted(trainingFixture([]))
      for (const asked of [...queries, {}]) expect(model.recommend(asked, 5)).toEqual([])
      const again = definition.create()
      again.load(structuredClone(model.save()))
      expect(again.recommend(query, 5)).toEqual([])
    })

    it("survives one session of one item, and prices that are not numbers", async () => {
      const odd = wordProduct("only", "", {
        price: NaN,
        createdAt: NaN,
        variants: [{ id: "v", available: true, price: NaN }],
      })
      const model = await fitted(trainingFixture([{ items: ["only"], kind: "purchase" }], [odd]))
      for (const { score } of model.recommend({ session: ["only"] }, 5))
        expect(Number.isFinite(score)).toBe(true)
    })

    it("ignores ids it does not know", async () => {
      const model = await fitted()
      expect(() => model.recommend({ session: ["?"], seeds: ["?"], history: ["?"] }, 5)).not.toThrow()
      const known = model.recommend(query, 10)
      const mixed: ModelQuery = {
        ...query,
        ...(query.session && { session: ["?", ...query.session] }),
        ...(query.seeds && { seeds: ["?", ...query.seeds] }),
      }
      expect(model.recommend(mixed, 10).map(({ id }) => id)).toEqual(known.map(({ id }) => id))
    })

    it("answers the same after it was saved and loaded", async () => {
      const model = await fitted()
      const again = definition.create()
      again.load(structuredClone(model.save()))
      for (const asked of queries) expect(again.recommend(asked, 20)).toEqual(model.recommend(asked, 20))
    })

    it("saves JSON beside typed arrays", async () => {
      const { meta, arrays } = (await fitted()).save()
      expect(JSON.parse(JSON.stringify(meta))).toEqual(meta)
      for (const array of Object.values(arrays)) expect(ArrayBuffer.isView(array)).toBe(true)
    })

    it("learns the same from the same data and seed", async () => {
      expect((await fitted()).save()).toEqual((await fitted()).save())
    })

    it("replaces what it learned when it is fitted again", async () => {
      const model = await fitted(trainingFixture([{ items: ["x", "y"], kind: "purchase" }]))
      await model.fit(plantedData(), fitContext())
      expect(model.save()).toEqual((await fitted()).save())
    })

    it("reports progress up to 1 and stops when cancelled", async () => {
      const shares: number[] = []
      await definition
        .create()
        .fit(plantedData(), fitContext({ progress: (share) => void shares.push(share) }))
      expect(shares.at(-1)).toBe(1)
      expect(shares).toEqual([...shares].sort((a, b) => a - b))
      const cancelled = async () =>
        definition.create().fit(
          plantedData(),
          fitContext({
            checkCancelled() {
              throw new PersonalizationError("cancelled", "cancelled")
            },
          })
        )
      await expect(cancelled()).rejects.toMatchObject({ code: "cancelled" })
    })

    it("refuses an option it does not have, by name", () => {
      expect(() => definition.create({ nonsense: 1 })).toThrow(
        expect.objectContaining({ code: "invalid_option", message: expect.stringContaining(definition.name) })
      )
    })
  })
}
