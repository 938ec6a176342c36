import { HuggingFaceTextEmbedder, type Transformers } from "./huggingface-text-embedder"

/** Says of each text its length, and which model it was asked with. */
function transformers(): Transformers & { opened: string[] } {
  const opened: string[] = []
  return {
    opened,
    env: { localModelPath: "", allowRemoteModels: true },
    async pipeline(_task, model) {
      opened.push(model)
      if (model === "missing") throw new Error("no such file")
      return async (texts) => ({
        dims: [texts.length, 2],
        data: Float32Array.from(texts.flatMap((text) => [text.length, 1])),
      })
    },
  }
}

describe("HuggingFaceTextEmbedder", () => {
  it("opens the model once, at the first text, and gives a vector for each", async () => {
    const package_ = transformers()
    const embedder = new HuggingFaceTextEmbedder({ model: "small" }, () => package_)
    expect(await embedder.embed([])).toEqual([])
    expect(package_.opened).toEqual([])
    const texts = Array.from({ length: 20 }, (_, i) => "x".repeat(i))
    expect((await embedder.embed(texts)).map(([length]) => length)).toEqual([...texts.keys()])
    await embedder.embed(["a"])
    expect(package_.opened).toEqual(["small"])
    expect(package_.env.allowRemoteModels).toBe(true)
  })

  it("downloads nothing where a folder is given", async () => {
    const package_ = transformers()
    await new HuggingFaceTextEmbedder({ model: "small", localPath: "/models" }, () => package_).embed(["a"])
    expect(package_.env).toEqual({ localModelPath: "/models", allowRemoteModels: false })
  })

  it("names the option when the model does not load, and tries again at the next text", async () => {
    const package_ = transformers()
    const embedder = new HuggingFaceTextEmbedder({ model: "missing" }, () => package_)
    for (let i = 0; i < 2; i++)
      await expect(embedder.embed(["a"])).rejects.toMatchObject({
        code: "invalid_option",
        message: expect.stringContaining("content.text"),
      })
    expect(package_.opened).toEqual(["missing", "missing"])
  })

  it("names package, option and remedy when the package is absent", async () => {
    const installed = (() => {
      try {
        return require.resolve("@huggingface/transformers") !== ""
      } catch {
        return false
      }
    })()
    if (installed) return
    await expect(new HuggingFaceTextEmbedder({ model: "x" }).embed(["a"])).rejects.toMatchObject({
      code: "missing_package",
      message: expect.stringMatching(/content\.text.*npm install @huggingface\/transformers.*lsa/),
    })
  })
})
