import { modelContract, type ModelContractOptions } from "../testing/model.contract"
import { MODELS } from "./registry"

const SMALL_NETWORK = { minSequences: 1, dimensions: 16, epochs: 3, learningRate: 0.02, maxLength: 4 }

const CASES: Record<string, ModelContractOptions> = {
  popularity: { query: { context: { country: "DE" } }, first: "signal" },
  "sequential-rules": { query: { session: ["item5", "anchor"] }, first: "signal" },
  "association-rules": { query: { session: ["item5", "anchor"] }, first: "signal" },
  vstan: { query: { session: ["item5", "anchor"] }, first: "signal" },
  "vmis-knn": { query: { session: ["item5", "anchor"] }, first: "signal" },
  "bought-together": { query: { seeds: ["anchor"] }, first: "signal" },
  "buy-again": { query: { purchases: { ids: ["item1", "signal"], at: [0, 0] } }, first: "signal" },
  "text-lsa": { query: { seeds: ["anchor"] }, first: "signal" },
  content: { query: { seeds: ["anchor"] }, first: "signal" },
  "cold-items": { query: { seeds: ["anchor"] }, first: "signal" },
  ials: { query: { seeds: ["anchor"] }, first: "signal" },
  bpr: { query: { seeds: ["anchor"] }, first: "signal" },
  ease: { query: { session: ["item5", "anchor"] }, first: "signal" },
  sasrec: { query: { session: ["item5", "anchor"] }, first: "signal", options: SMALL_NETWORK },
  gru4rec: { query: { session: ["item5", "anchor"] }, first: "signal", options: SMALL_NETWORK },
  blend: { query: { session: ["item5", "anchor"] }, first: "signal" },
}

describe("MODELS", () => {
  it("are all covered by the contract, and named once", () => {
    expect(MODELS.map(({ name }) => name).sort()).toEqual(Object.keys(CASES).sort())
  })
})

for (const definition of MODELS) modelContract(definition, CASES[definition.name])
