import { CandidatePools, type PoolModels } from "./candidate-pools"

const SMALL = { size: 3_000 }
const LARGE = { size: 3_001 }

/** Answers with what comes after each product, and keeps what it was asked. */
function modelsOf(version?: string) {
  const asked: string[] = []
  const models: PoolModels = {
    version,
    ask: (model, { history = [] }, k) => {
      asked.push(`${model} ${history.join()}`)
      if (history.includes("broken")) throw new Error("broken")
      return history.map((id, i) => ({ id: `after-${id}`, score: 1 / (i + 1) })).slice(0, k)
    },
  }
  return { models, asked }
}

describe("CandidatePools", () => {
  it("answers at once in a small catalogue, and asks the model once for a history", () => {
    const pools = new CandidatePools({ catalog: SMALL, size: 2 })
    const { models, asked } = modelsOf("v1")
    expect(pools.of(models, "ials", ["a", "b", "c"], 5)).toEqual([
      { id: "after-a", score: 1 },
      { id: "after-b", score: 0.5 },
    ])
    expect(pools.of(models, "ials", ["a", "b", "c"], 1)).toEqual([{ id: "after-a", score: 1 }])
    expect(asked).toEqual(["ials a,b,c"])
  })

  it("holds no request up in a large catalogue: it is worked out beside", async () => {
    const pools = new CandidatePools({ catalog: LARGE, size: 2 })
    const { models, asked } = modelsOf("v1")
    expect(pools.of(models, "ials", ["a"], 5)).toEqual([])
    expect(asked).toEqual([])
    await pools.filled()
    expect(pools.of(models, "ials", ["a"], 5)).toEqual([{ id: "after-a", score: 1 }])
    expect(asked).toEqual(["ials a"])
  })

  it("keeps the pools of models and versions apart", async () => {
    const pools = new CandidatePools({ catalog: LARGE, size: 2 })
    const [old, fresh] = [modelsOf("v1"), modelsOf("v2")]
    pools.of(old.models, "ials", ["a"], 5)
    await pools.filled()
    expect(pools.of(fresh.models, "ials", ["a"], 5)).toEqual([])
    expect(pools.of(old.models, "bpr", ["a"], 5)).toEqual([])
    expect(pools.of(old.models, "ials", ["a"], 5)).toHaveLength(1)
  })

  it("is warmed ahead, and a history that breaks the model costs the others nothing", async () => {
    const pools = new CandidatePools({ catalog: LARGE, size: 2 })
    const { models, asked } = modelsOf("v1")
    pools.warm(models, "ials", [["a"], [], ["broken"], ["b"]])
    await pools.filled()
    expect(asked).toEqual(["ials a", "ials broken", "ials b"])
    expect(pools.of(models, "ials", ["b"], 5)).toHaveLength(1)
    expect(pools.of(models, "ials", ["broken"], 5)).toEqual([])
  })

  it("knows nothing without a history or a trained version, and nothing new once it is closed", async () => {
    const pools = new CandidatePools({ catalog: LARGE, size: 2 })
    const { models, asked } = modelsOf("v1")
    expect(pools.of(models, "ials", [], 5)).toEqual([])
    expect(pools.of(modelsOf().models, "ials", ["a"], 5)).toEqual([])
    await pools.close()
    expect(pools.of(models, "ials", ["a"], 5)).toEqual([])
    await pools.filled()
    expect(asked).toEqual([])
  })
})
