import { noMetrics, silentLogger } from "../lib"
import type { SequenceEncoder } from "../models"
import { TestIndex } from "../testing/planted-shop"
import { SequenceIndex } from "./sequence-index"

/** Points to the item after the last one of the visit. */
function encoderOf(ids: readonly string[]): SequenceEncoder {
  const dimensions = 8
  const vectors = new Float32Array(ids.length * dimensions)
  ids.forEach((_, i) => (vectors[i * dimensions + i] = 1))
  return {
    itemVectors: () => ({ ids, dimensions, vectors }),
    sessionVector: ({ session = [] }) => {
      const at = ids.indexOf(session.at(-1)!)
      return at < 0 ? undefined : vectors.slice((at + 1) * dimensions, (at + 2) * dimensions)
    },
  }
}

function setUp() {
  const models = {
    version: undefined as string | undefined,
    encoder: undefined as SequenceEncoder | undefined,
  }
  const indexes: TestIndex[] = []
  const errors: string[] = []
  const sequences = new SequenceIndex({
    models,
    createIndex(dimensions) {
      indexes.push(new TestIndex(dimensions))
      return indexes.at(-1)!
    },
    retryMs: 5,
    metrics: noMetrics,
    logger: { ...silentLogger, error: (line: string) => void errors.push(line) },
  })
  const goLive = (version: string, encoder?: SequenceEncoder) => {
    Object.assign(models, { version, encoder })
    return sequences.sync()
  }
  const idsOf = async (version: string, session: string[], k = 1) =>
    (await sequences.follow(version, session, k)).map(({ id }) => id)
  return { sequences, indexes, errors, goLive, idsOf }
}

describe("SequenceIndex", () => {
  it("finds what a visit points to, once a model is live", async () => {
    const { goLive, idsOf, sequences } = setUp()
    await sequences.sync()
    expect(await idsOf("v1", ["a"])).toEqual([])
    await goLive("v1", encoderOf(["a", "b", "c"]))
    expect(await idsOf("v1", ["c", "a"])).toEqual(["b"])
    expect(await idsOf("v1", ["unknown"])).toEqual([])
    expect(await idsOf("v1", [])).toEqual([])
  })

  it("gives a version's shoppers nothing of another version", async () => {
    const { goLive, idsOf } = setUp()
    await goLive("v1", encoderOf(["a", "b", "c"]))
    expect(await idsOf("v2", ["a"])).toEqual([])
    await goLive("v2", encoderOf(["a", "x", "c"]))
    expect(await idsOf("v2", ["a"])).toEqual(["x"])
  })

  it("builds none for a version without a sequence model, or with one that has learned nothing", async () => {
    const { goLive, idsOf, indexes } = setUp()
    await goLive("v1", encoderOf(["a", "b", "c"]))
    await goLive("v2")
    expect(await idsOf("v2", ["a"])).toEqual([])
    await goLive("v3", encoderOf([]))
    expect(await idsOf("v3", ["a"])).toEqual([])
    expect(indexes).toHaveLength(1)
  })

  it("keeps the live index when the next cannot be built, says so, and tries again", async () => {
    const { goLive, idsOf, sequences, errors, indexes } = setUp()
    await goLive("v1", encoderOf(["a", "b", "c"]))
    const build = jest.spyOn(TestIndex.prototype, "build").mockRejectedValueOnce(new Error("no room"))
    await goLive("v2", encoderOf(["a", "x", "c"]))
    build.mockRestore()
    expect(errors).toHaveLength(1)
    expect(await idsOf("v1", ["a"])).toEqual(["b"])
    while ((await idsOf("v2", ["a"])).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await idsOf("v2", ["a"])).toEqual(["x"])
    expect(indexes).toHaveLength(3)
    await sequences.close()
  })

  it("closes what is no longer asked, and everything at the end", async () => {
    const { goLive, sequences } = setUp()
    const close = jest.spyOn(TestIndex.prototype, "close")
    await goLive("v1", encoderOf(["a", "b"]))
    await goLive("v2", encoderOf(["a", "b"]))
    expect(close).toHaveBeenCalledTimes(0)
    await goLive("v3", encoderOf(["a", "b"]))
    expect(close).toHaveBeenCalledTimes(1)
    await sequences.close()
    expect(close).toHaveBeenCalledTimes(3)
    close.mockRestore()
  })
})
