/** An opaque picture: three bytes (sRGB) a pixel, row by row. */
export interface Pixels {
  width: number
  height: number
  rgb: Uint8Array
}

/** Linear light of a byte of sRGB (IEC 61966-2-1). */
const LINEAR = Float32Array.from({ length: 256 }, (_, byte) => {
  const value = byte / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
})

const cubeRoot = (value: number): number => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116)

/** CIE L*a*b* (D65) of every pixel, in which equal distances look alike: L 0–100, a and b about −100–100. */
export function toLab({ rgb }: Pixels): Float32Array {
  const lab = new Float32Array(rgb.length)
  for (let at = 0; at < rgb.length; at += 3) {
    const [r, g, b] = [LINEAR[rgb[at]], LINEAR[rgb[at + 1]], LINEAR[rgb[at + 2]]]
    const x = cubeRoot((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505)
    const y = cubeRoot(0.2126 * r + 0.7152 * g + 0.0722 * b)
    const z = cubeRoot((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089)
    lab[at] = 116 * y - 16
    lab[at + 1] = 500 * (x - y)
    lab[at + 2] = 200 * (y - z)
  }
  return lab
}

/** Distance in L*a*b* from which on a pixel is another thing than the background. */
const APART = 8

/**
 * Which pixels show the product: 1 where a pixel differs from the background, which is taken to have the median colour of
 * the picture's border. Products are mostly photographed before a plain wall; a picture without one counts as a whole.
 */
export function foreground(lab: Float32Array, width: number, height: number): Uint8Array {
  const border: number[] = []
  for (let x = 0; x < width; x++) border.push(x, (height - 1) * width + x)
  for (let y = 1; y < height - 1; y++) border.push(y * width, y * width + width - 1)
  const background = [0, 1, 2].map((channel) => {
    const values = border.map((pixel) => lab[pixel * 3 + channel]).sort((a, b) => a - b)
    return values[values.length >> 1]
  })
  const mask = new Uint8Array(width * height)
  let shown = 0
  for (let pixel = 0; pixel < mask.length; pixel++) {
    const at = pixel * 3
    const apart = Math.hypot(
      lab[at] - background[0],
      lab[at + 1] - background[1],
      lab[at + 2] - background[2]
    )
    if (apart > APART) shown += mask[pixel] = 1
  }
  return shown < mask.length / 50 ? mask.fill(1) : mask
}
