import { foreground, toLab, type Pixels } from "./image-colour"
import { DESCRIPTOR_SIZE, describePicture, PICTURE_SIDE } from "./image-descriptor"

type Colour = readonly [number, number, number]

/** A picture on white whose pixels are coloured where `shown` says so. */
function paint(colour: Colour, shown: (x: number, y: number) => boolean, side = PICTURE_SIDE): Pixels {
  const rgb = new Uint8Array(side * side * 3).fill(255)
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) if (shown(x, y)) rgb.set(colour, 3 * (y * side + x))
  return { width: side, height: side, rgb }
}
const RED: Colour = [200, 20, 40]
const GREEN: Colour = [30, 140, 60]
const upright = (x: number) => x >= 26 && x < 38
const square = (x: number, y: number) => x >= 12 && x < 52 && y >= 12 && y < 52
const distance = (a: Float32Array, b: Float32Array) => Math.hypot(...a.map((value, i) => value - b[i]))

describe("toLab", () => {
  it("agrees with the published coordinates of sRGB's corners", () => {
    const lab = toLab({ width: 3, height: 1, rgb: Uint8Array.of(255, 255, 255, 0, 0, 0, 255, 0, 0) })
    const wanted = [100, 0, 0, 0, 0, 0, 53.24, 80.09, 67.2]
    lab.forEach((value, i) => expect(Math.abs(value - wanted[i])).toBeLessThan(0.1))
  })
})

describe("foreground", () => {
  it("is what differs from the border's colour", () => {
    const picture = paint(RED, square)
    const mask = foreground(toLab(picture), picture.width, picture.height)
    expect(mask.reduce((sum, shown) => sum + shown, 0)).toBe(1600)
    expect(mask[20 * PICTURE_SIDE + 20]).toBe(1)
    expect(mask[0]).toBe(0)
  })

  it("is everything where nothing stands out", () => {
    const picture = paint(RED, () => true)
    expect(foreground(toLab(picture), picture.width, picture.height).every((shown) => shown === 1)).toBe(true)
  })
})

describe("describePicture", () => {
  it("puts pictures that share form or colour nearer than those that share neither", () => {
    const red = describePicture(paint(RED, square))
    const sameForm = distance(red, describePicture(paint(GREEN, square)))
    const sameColour = distance(red, describePicture(paint(RED, upright)))
    const neither = distance(red, describePicture(paint(GREEN, upright)))
    expect(red).toHaveLength(DESCRIPTOR_SIZE)
    expect(sameForm).toBeLessThan(sameColour)
    expect(sameColour).toBeLessThan(neither)
  })

  it("hardly minds a little shift", () => {
    const red = describePicture(paint(RED, square))
    const shifted = describePicture(paint(RED, (x, y) => square(x - 2, y - 1)))
    expect(distance(red, shifted)).toBeLessThan(distance(red, describePicture(paint(RED, upright))) / 2)
  })

  it("gives finite numbers for a picture of one colour", () => {
    for (const colour of [RED, [0, 0, 0], [255, 255, 255]] as const)
      expect(describePicture(paint(colour, () => true)).every(Number.isFinite)).toBe(true)
  })
})
