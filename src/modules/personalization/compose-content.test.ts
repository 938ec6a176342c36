import http from "node:http"
import type { AddressInfo } from "node:net"
import sharp from "sharp"
import { MemoryItemVectorStore } from "../../adapters/memory"
import { noMetrics, type Logger } from "../../services/lib"
import { MODELS, type ProductEmbedder } from "../../services/models"
import { fitContext, trainingFixture, wordProduct } from "../../services/testing/training-fixture"
import { productVectors, readsVectors } from "./compose-content"
import { resolveOptions } from "./options"

describe("productVectors", () => {
  let server: http.Server
  let host: string
  beforeAll(async () => {
    server = http.createServer((request, response) => {
      const background = request.url!.slice(1)
      void sharp({ create: { width: 20, height: 20, channels: 3, background } })
        .png()
        .toBuffer()
        .then((picture) => response.end(picture))
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  const product = (id: string, colour: string) =>
    wordProduct(id, "a thing", { thumbnail: `http://${host}/${colour}` })
  const setUp = (content: object) => {
    const warnings: string[] = []
    const logger: Logger = {
      debug() {},
      info() {},
      error() {},
      warn: (message) => void warnings.push(message),
    }
    const parts = { store: new MemoryItemVectorStore(), metrics: noMetrics, logger }
    return { warnings, vectors: productVectors(resolveOptions({ content }), parts) }
  }

  it("puts a new product's picture beside those that look like it, with the model as it was trained", async () => {
    const { vectors } = setUp({ imageHosts: [host] })
    const colours = ["red", "blue", "green", "yellow", "black", "purple"]
    const products = colours.flatMap((colour) => [
      product(`${colour}1`, colour),
      product(`${colour}2`, colour),
    ])
    const given = await vectors.of(products, true)
    const model = MODELS.find(({ name }) => name === "content")!.create({ dimensions: 8 })
    await model.fit({ ...trainingFixture([], products), given }, fitContext())
    const embedder = model as typeof model & ProductEmbedder
    const embed = async (one: (typeof products)[number]) => {
      const { image } = await vectors.of([one])
      return embedder.embed(one, { image: image!.vectors.get(one.id) })
    }
    const cosine = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, d) => sum + value * b[d], 0)
    const fresh = await embed(product("new", "crimson"))
    const similar = await Promise.all(products.map(embed))
    const nearest = similar.map((vector, i) => ({ id: products[i].id, cosine: cosine(fresh, vector) }))
    nearest.sort((a, b) => b.cosine - a.cosine)
    expect(
      nearest
        .slice(0, 2)
        .map(({ id }) => id)
        .sort()
    ).toEqual(["red1", "red2"])
  })

  it("does not ask hosts of private networks that the options do not name", async () => {
    const { vectors, warnings } = setUp({})
    expect((await vectors.of([product("a", "red")])).image!.vectors.size).toBe(0)
    expect(warnings.join()).toContain("content.imageHosts")
  })

  it("gives nothing where pictures are off and texts are read by the model itself", async () => {
    expect(await setUp({ images: "off" }).vectors.of([product("a", "red")])).toEqual({})
  })
})

describe("the options of content", () => {
  it("say what is missing for a choice", () => {
    for (const [content, missing] of [
      [{ text: "openai" }, "content.textModel"],
      [{ text: "huggingface" }, "content.textModel"],
      [{ images: "onnx" }, "content.imageModel"],
    ] as const)
      expect(() => resolveOptions({ content })).toThrow(missing)
  })

  it("cost nothing unless a model that reads vectors is trained", () => {
    expect(readsVectors(resolveOptions({}))).toBe(false)
    expect(readsVectors(resolveOptions({ training: { models: ["content"] } }))).toBe(true)
  })
})
