import sharp from "sharp"
import { DESCRIPTOR_SIZE } from "../../services/models"
import { decodePicture } from "./decode"
import { sharpImageEmbedder } from "./sharp-image-embedder"

const SHAPES = {
  disc: `<circle cx="60" cy="60" r="40" fill="COLOUR"/>`,
  bar: `<rect x="50" y="10" width="20" height="100" fill="COLOUR"/>`,
}
const draw = (shape: keyof typeof SHAPES, colour: string, size = 120, background = "white") =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 120 120">` +
      `<rect width="120" height="120" fill="${background}"/>${SHAPES[shape].replace("COLOUR", colour)}</svg>`
  )
const cosine = (a: Float32Array, b: Float32Array) =>
  a.reduce((sum, value, i) => sum + value * b[i], 0) / (Math.hypot(...a) * Math.hypot(...b))

describe("sharpImageEmbedder", () => {
  const embed = (picture: Uint8Array) => sharpImageEmbedder.embed(picture)

  it("sees form and colour: what shares one is nearer than what shares neither", async () => {
    const disc = await embed(draw("disc", "crimson"))
    const sameForm = cosine(disc, await embed(draw("disc", "seagreen")))
    const sameColour = cosine(disc, await embed(draw("bar", "crimson")))
    const neither = cosine(disc, await embed(draw("bar", "seagreen")))
    expect(disc).toHaveLength(DESCRIPTOR_SIZE)
    expect(sameForm).toBeGreaterThan(sameColour)
    expect(sameColour).toBeGreaterThan(neither)
  })

  it("hardly sees the size of the file or its format", async () => {
    const small = await embed(draw("disc", "crimson", 100))
    const large = await embed(
      await sharp(draw("disc", "crimson", 400))
        .webp()
        .toBuffer()
    )
    expect(cosine(small, large)).toBeGreaterThan(0.95)
  })

  it("gives finite numbers for a picture of one colour", async () => {
    const plain = await sharp({ create: { width: 9, height: 9, channels: 3, background: "#777" } })
      .png()
      .toBuffer()
    expect((await embed(plain)).every(Number.isFinite)).toBe(true)
  })

  it("rejects what is no picture", async () => {
    await expect(embed(Buffer.from("no picture"))).rejects.toThrow()
  })
})

describe("decodePicture", () => {
  it("puts the whole picture on white, transparent parts as well", async () => {
    const wide = await sharp({ create: { width: 20, height: 10, channels: 4, background: "#0000" } })
      .png()
      .toBuffer()
    const { rgb } = await decodePicture(wide, 4, 4, "contain")
    expect([...rgb]).toEqual(new Array(48).fill(255))
  })
})
