import { EnergeticTextEmbedder } from "./energetic-text-embedder"

const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0) / (Math.hypot(...a) * Math.hypot(...b))

describe("EnergeticTextEmbedder", () => {
  it("finds texts of like meaning that share no word", async () => {
    const [sofa, couch, drill] = await new EnergeticTextEmbedder().embed([
      "leather sofa for the living room",
      "comfortable couch",
      "cordless power drill",
    ])
    expect(sofa).toHaveLength(512)
    expect(cosine(sofa, couch)).toBeGreaterThan(cosine(sofa, drill))
  }, 60_000)

  it("asks nothing for no texts", async () => {
    expect(await new EnergeticTextEmbedder().embed([])).toEqual([])
  })
})
