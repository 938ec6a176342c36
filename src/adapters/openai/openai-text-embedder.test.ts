import http from "node:http"
import type { AddressInfo } from "node:net"
import { OpenAiTextEmbedder } from "./openai-text-embedder"

interface Asked {
  url?: string
  authorization?: string
  body: { model: string; input: string[]; dimensions?: number }
}
type Answer = (asked: Asked, response: http.ServerResponse) => void

/** Two numbers of each text, in reverse order, as the interface allows. */
const embedAll: Answer = ({ body }, response) => {
  const data = body.input.map((text, index) => ({ index, embedding: [text.length, index] })).reverse()
  response.end(JSON.stringify({ data }))
}

describe("OpenAiTextEmbedder", () => {
  let server: http.Server
  const asked: Asked[] = []
  let answers: Answer[] = []

  beforeAll(async () => {
    server = http.createServer((request, response) => {
      let text = ""
      request.on("data", (chunk) => (text += chunk))
      request.on("end", () => {
        const { url, headers } = request
        const one = { url, authorization: headers.authorization, body: JSON.parse(text) as Asked["body"] }
        asked.push(one)
        ;(answers.shift() ?? embedAll)(one, response)
      })
    })
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  beforeEach(() => {
    asked.length = 0
    answers = []
  })
  const status =
    (code: number, body = "", headers = {}): Answer =>
    (_, response) =>
      response.writeHead(code, headers).end(body)
  const embedder = (more = {}) =>
    new OpenAiTextEmbedder({
      baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`,
      model: "small",
      apiKey: "secret-key",
      backoffMs: 1,
      ...more,
    })

  it("asks in batches with the key and gives the vectors in the order of the texts", async () => {
    const vectors = await embedder({ batchSize: 2, dimensions: 2 }).embed(["a", "bb", "ccc"])
    expect(vectors.map((vector) => [...vector])).toEqual([
      [1, 0],
      [2, 1],
      [3, 0],
    ])
    expect(asked.map(({ body }) => body.input)).toEqual([["a", "bb"], ["ccc"]])
    expect(asked[0]).toMatchObject({
      url: "/v1/embeddings",
      authorization: "Bearer secret-key",
      body: { model: "small", dimensions: 2 },
    })
  })

  it("asks nothing for no texts, and something for an empty one", async () => {
    expect(await embedder().embed([])).toEqual([])
    expect(asked).toEqual([])
    await embedder().embed([""])
    expect(asked[0].body.input).toEqual([" "])
  })

  it("tries again where that may help, and heeds the last try's failure", async () => {
    answers = [status(429), status(503), (_, response) => response.destroy()]
    expect(await embedder().embed(["abcd"])).toEqual([Float32Array.of(4, 0)])
    expect(asked).toHaveLength(4)
    answers = [status(500), status(500)]
    await expect(embedder({ retries: 1 }).embed(["a"])).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringContaining("status 500"),
    })
  })

  it("gives up at once on a refusal and does not repeat the key", async () => {
    answers = [status(401, JSON.stringify({ error: { message: "Incorrect API key: secret-key" } }))]
    const error = (await embedder()
      .embed(["a"])
      .catch((reason: unknown) => reason)) as Error
    expect(error).toMatchObject({ code: "invalid_option" })
    expect(error.message).toContain("status 401: Incorrect API key: ***")
    expect(JSON.stringify(error) + error.stack).not.toContain("secret-key")
    expect(asked).toHaveLength(1)
  })

  it("says how long it waited for nothing", async () => {
    answers = [() => {}]
    await expect(embedder({ timeoutMs: 40, retries: 0 }).embed(["a"])).rejects.toThrow(
      "no answer within 40 ms"
    )
  })

  it("refuses answers that lack a vector", async () => {
    for (const data of [[], [{ index: 0, embedding: ["x"] }], "odd"]) {
      answers = [status(200, JSON.stringify({ data }))]
      await expect(embedder().embed(["a"])).rejects.toMatchObject({ code: "invalid_option" })
    }
  })

  it("bears a name that says which vectors are alike", () => {
    expect(embedder().name).toBe("openai:small")
    expect(embedder({ dimensions: 256 }).name).toBe("openai:small:256")
  })
})
