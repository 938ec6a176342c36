import { foreground, toLab, type Pixels } from "./image-colour"

/** Side of the pictures that are described. */
export const PICTURE_SIDE = 64
const CELL = 8
const CELLS = PICTURE_SIDE / CELL
const ORIENTATIONS = 9
const MASK_SIDE = 16
/** Steps of L, a and b in the colour histogram. */
const LIGHTS = 6
const HUES = 7
const GRID = 4
/** Patterns of eight neighbours with at most two changes between darker and lighter, and one for all the others. */
const PATTERNS = 59

/**
 * Lengths of the parts in their order, and their weights. The parts of a picture have length 1, but lie apart by
 * different amounts from picture to picture: the weights even that out, then let form count more than colour.
 */
const PARTS = {
  gradients: { size: CELLS * CELLS * ORIENTATIONS, weight: 1.2 },
  silhouette: { size: MASK_SIDE * MASK_SIDE, weight: 1.1 },
  colours: { size: LIGHTS * HUES * HUES, weight: 0.6 },
  layout: { size: GRID * GRID * 3, weight: 1.8 },
  texture: { size: PATTERNS, weight: 1.7 },
  box: { size: 4, weight: 2 },
}

/** Length of `describePicture`'s answer. */
export const DESCRIPTOR_SIZE = Object.values(PARTS).reduce((sum, { size }) => sum + size, 0)

/**
 * What a picture of a product looks like, by classic means that need no trained network: oriented gradients,
 * silhouette, colours of the product, colours by place, texture, proportions.
 * @param pixels PICTURE_SIDE × PICTURE_SIDE
 */
export function describePicture(pixels: Pixels): Float32Array {
  const { width, height } = pixels
  const lab = toLab(pixels)
  const mask = foreground(lab, width, height)
  const out = new Float32Array(DESCRIPTOR_SIZE)
  let at = 0
  const add = (part: keyof typeof PARTS, values: Float32Array, length = norm(values)) => {
    const scale = PARTS[part].weight / (length || 1)
    for (const value of values) out[at++] = value * scale
  }
  add("gradients", gradients(lab, width, height))
  add("silhouette", silhouette(mask, width, height))
  add("colours", colours(lab, mask))
  add("layout", layout(lab, width, height))
  add("texture", texture(lab, mask, width, height))
  // Its length is what it says.
  add("box", box(mask, width, height), 1)
  return out
}

function norm(values: Float32Array): number {
  let squares = 0
  for (const value of values) squares += value * value
  return Math.sqrt(squares)
}

/** Histograms of oriented gradients (Dalal & Triggs 2005) of the lightness, each cell normalised by those around it. */
function gradients(lab: Float32Array, width: number, height: number): Float32Array {
  const raw = new Float32Array(CELLS * CELLS * ORIENTATIONS)
  const light = (x: number, y: number) => lab[3 * (y * width + x)]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dx = light(Math.min(x + 1, width - 1), y) - light(Math.max(x - 1, 0), y)
      const dy = light(x, Math.min(y + 1, height - 1)) - light(x, Math.max(y - 1, 0))
      const size = Math.hypot(dx, dy)
      if (size === 0) continue
      // Unsigned: a dark edge on light is the same as a light one on dark.
      const angle = ((Math.atan2(dy, dx) / Math.PI + 1) % 1) * ORIENTATIONS
      const bin = Math.floor(angle)
      const part = angle - bin
      const cell = (Math.floor(y / CELL) * CELLS + Math.floor(x / CELL)) * ORIENTATIONS
      raw[cell + (bin % ORIENTATIONS)] += size * (1 - part)
      raw[cell + ((bin + 1) % ORIENTATIONS)] += size * part
    }
  }
  const energy = new Float32Array(CELLS * CELLS)
  for (let cell = 0; cell < energy.length; cell++) {
    for (let o = 0; o < ORIENTATIONS; o++) energy[cell] += raw[cell * ORIENTATIONS + o] ** 2
  }
  const out = new Float32Array(raw.length)
  for (let y = 0; y < CELLS; y++) {
    for (let x = 0; x < CELLS; x++) {
      let around = 25
      for (let v = Math.max(0, y - 1); v <= Math.min(CELLS - 1, y + 1); v++)
        for (let u = Math.max(0, x - 1); u <= Math.min(CELLS - 1, x + 1); u++) around += energy[v * CELLS + u]
      const scale = 1 / Math.sqrt(around)
      const cell = (y * CELLS + x) * ORIENTATIONS
      for (let o = 0; o < ORIENTATIONS; o++) out[cell + o] = Math.min(0.4, raw[cell + o] * scale)
    }
  }
  return out
}

/** Where the product is, in cells. */
function silhouette(mask: Uint8Array, width: number, height: number): Float32Array {
  const out = new Float32Array(MASK_SIDE * MASK_SIDE)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = Math.floor((y * MASK_SIDE) / height) * MASK_SIDE + Math.floor((x * MASK_SIDE) / width)
      out[cell] += mask[y * width + x]
    }
  }
  return out
}

/** Square roots of a soft histogram of the product's colours: their inner product is the Bhattacharyya coefficient. */
function colours(lab: Float32Array, mask: Uint8Array): Float32Array {
  const out = new Float32Array(LIGHTS * HUES * HUES)
  for (let pixel = 0; pixel < mask.length; pixel++) {
    if (mask[pixel] === 0) continue
    const l = soft(lab[pixel * 3] / 100, LIGHTS)
    const a = soft(0.5 + bend(lab[pixel * 3 + 1]), HUES)
    const b = soft(0.5 + bend(lab[pixel * 3 + 2]), HUES)
    for (const [li, lw] of l)
      for (const [ai, aw] of a) for (const [bi, bw] of b) out[(li * HUES + ai) * HUES + bi] += lw * aw * bw
  }
  return out.map(Math.sqrt)
}

/** Most colours of things are dull: the middle of the scale is spread out. −½ to ½. */
const bend = (value: number): number => 0.5 * Math.tanh(value / 40)

/** A value between 0 and 1 shared by the two nearest of `steps` bins: [bin, share]. */
function soft(value: number, steps: number): [number, number][] {
  const at = Math.min(Math.max(value, 0), 1) * (steps - 1)
  const low = Math.min(Math.floor(at), steps - 2)
  return [
    [low, 1 - (at - low)],
    [low + 1, at - low],
  ]
}

/** Mean colour of each field of a grid. */
function layout(lab: Float32Array, width: number, height: number): Float32Array {
  const out = new Float32Array(GRID * GRID * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const field = (Math.floor((y * GRID) / height) * GRID + Math.floor((x * GRID) / width)) * 3
      for (let c = 0; c < 3; c++) out[field + c] += lab[3 * (y * width + x) + c]
    }
  }
  return out
}

/** Uniform local binary patterns (Ojala, Pietikäinen & Mäenpää 2002) of the product's surface. */
function texture(lab: Float32Array, mask: Uint8Array, width: number, height: number): Float32Array {
  const out = new Float32Array(PATTERNS)
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      if (mask[y * width + x] === 0) continue
      const centre = lab[3 * (y * width + x)]
      let pattern = 0
      NEIGHBOURS.forEach(([dx, dy], bit) => {
        if (lab[3 * ((y + dy) * width + x + dx)] >= centre + 1) pattern |= 1 << bit
      })
      out[UNIFORM[pattern]]++
    }
  }
  return out.map(Math.sqrt)
}

const NEIGHBOURS = [
  [-1, -1],
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
] as const

/** Pattern of eight bits → its bin. */
const UNIFORM = (() => {
  const bins = new Uint8Array(256)
  let next = 0
  for (let pattern = 0; pattern < 256; pattern++) {
    const turned = ((pattern << 1) | (pattern >> 7)) & 255
    let changes = 0
    for (let bits = pattern ^ turned; bits; bits &= bits - 1) changes++
    bins[pattern] = changes <= 2 ? next++ : PATTERNS - 1
  }
  return bins
})()

/** Width and height of the product's box, the share of the box that it fills, and its share of the picture. */
function box(mask: Uint8Array, width: number, height: number): Float32Array {
  let [left, right, top, bottom, area] = [width, -1, height, -1, 0]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (mask[y * width + x] === 0) continue
      left = Math.min(left, x)
      right = Math.max(right, x)
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      area++
    }
  }
  const [w, h] = [right - left + 1, bottom - top + 1]
  return Float32Array.of(w / width, h / height, area / (w * h), area / (width * height))
}
