/** @jest-environment ./src/adapters/onnx/__tests__/native-arrays.cjs */
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import sharp from "sharp"
import { GraphBuilder, type Node } from "../../services/models/sequence/graph"
import { decodePicture } from "../sharp"
import { OnnxImageEmbedder } from "./onnx-image-embedder"
import { onnxModel } from "./onnx-model"

const SIZE = 4

describe("OnnxImageEmbedder", () => {
  let folder: string
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), "onnx-"))))
  afterAll(() => rm(folder, { recursive: true }))

  /** Writes a network that sums each colour over the picture. */
  async function network(shape: (sums: Node, builder: GraphBuilder) => Node): Promise<string> {
    const builder = new GraphBuilder()
    const sums = builder.sum(builder.input("pixels", [1, 3, SIZE, SIZE]), [2, 3])
    const file = join(folder, "sums.onnx")
    await writeFile(file, onnxModel(builder.build({ image_embeds: shape(sums, builder) })))
    return file
  }
  const plain = (background: string) =>
    sharp({ create: { width: 9, height: 5, channels: 3, background } })
      .png()
      .toBuffer()
  const decode = decodePicture
  const asItIs = { decode, size: SIZE, mean: [0, 0, 0], deviation: [1, 1, 1] }

  it("gives what the network says of the normalised colour planes", async () => {
    const file = await network((sums, builder) => builder.reshape(sums, [1, 3]))
    const embedder = await OnnxImageEmbedder.open({ file, ...asItIs })
    expect([...(await embedder.embed(await plain("#ff0000")))]).toEqual([16, 0, 0])
    const shifted = await OnnxImageEmbedder.open({
      file,
      ...asItIs,
      mean: [0.5, 0, 0],
      deviation: [0.5, 1, 1],
    })
    expect([...(await shifted.embed(await plain("#ff00ff")))]).toEqual([16, 0, 16])
  })

  it("bears a name of the network's content", async () => {
    const one = await OnnxImageEmbedder.open({
      decode,
      file: await network((sums, builder) => builder.reshape(sums, [1, 3])),
    })
    const other = await OnnxImageEmbedder.open({
      decode,
      file: await network((sums, builder) => builder.linear(builder.reshape(sums, [1, 3]), 2)),
    })
    expect(one.name).toMatch(/^onnx:[0-9a-f]{16}$/)
    expect(other.name).not.toBe(one.name)
  })

  it("refuses a file that is no network, and a network that gives no vector", async () => {
    const junk = join(folder, "junk.onnx")
    await writeFile(junk, "junk")
    for (const file of [junk, join(folder, "missing.onnx")])
      await expect(OnnxImageEmbedder.open({ file, decode })).rejects.toMatchObject({
        code: "invalid_option",
        message: expect.stringContaining("content.imageModel"),
      })
    const file = await network((sums) => sums)
    const embedder = await OnnxImageEmbedder.open({ file, ...asItIs })
    await expect(embedder.embed(await plain("#000"))).rejects.toThrow("not one vector")
  })
})
