import { Random } from "../../../src/services/lib"
import { ASSORTMENTS, COLOURS, MAKERS, type Kind } from "./assortment"

/** A product of the simulated shop, with the latent traits that shoppers react to. */
export interface SimProduct {
  handle: string
  title: string
  subtitle: string
  description: string
  category: string
  kind: string
  shape: Kind["shape"]
  maker: string
  material: string
  colourName: string
  tags: string[]
  /** Title and values of each option; the first is the colour. */
  options: { title: string; values: string[] }[]
  variants: SimVariant[]
  weightGrams: number
  latent: Latent
}

export interface SimVariant {
  title: string
  sku: string
  options: Record<string, string>
  /** Major units. */
  prices: { eur: number; usd: number }
  stock: number
}

/** Traits no model sees directly; the simulated shoppers choose by them. */
export interface Latent {
  /** Indices into ASSORTMENTS, COLOURS and MAKERS. */
  category: number
  colour: number
  style: number
  /** ln(price / ordinary price of the kind): negative is cheap. */
  priceLevel: number
  /** Log-appeal to everybody; long-tailed. */
  appeal: number
  summer: number
  /** Index of the product that is planted to be bought along with this one. */
  complement?: number
}

const OPENERS: Record<string, readonly string[]> = {
  minimal: ["Nothing to add, nothing to take away", "Quiet lines for every day"],
  rustic: ["Made to be used and to show it", "Honest work from a small workshop"],
  playful: ["A cheerful companion", "Colour for grey mornings"],
  classic: ["A piece to keep for years", "Made the way it has always been made"],
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")

/**
 * The shop's products: 8 categories of 5 kinds, 8 of each kind, 320 in all; the same for the same seed.
 * Every kind is made by each maker twice, in different materials and colours.
 */
export function generateProducts(seed = 1): SimProduct[] {
  const random = new Random(seed)
  const products: SimProduct[] = []
  ASSORTMENTS.forEach((assortment, category) => {
    for (const kind of assortment.kinds) {
      const colours = random.shuffle(COLOURS.map((_, index) => index))
      for (let i = 0; i < COLOURS.length; i++) {
        const style = i % MAKERS.length
        const material = kind.materials[Math.floor(i / MAKERS.length) % kind.materials.length]
        products.push(product(random, { category, kind, style, material, colour: colours[i] }))
      }
    }
  })
  plantComplements(products)
  return products
}

interface Draft {
  category: number
  kind: Kind
  style: number
  material: string
  colour: number
}

function product(random: Random, { category, kind, style, material, colour }: Draft): SimProduct {
  const assortment = ASSORTMENTS[category]
  const maker = MAKERS[style]
  const colourName = random.pick(COLOURS[colour].names)
  const priceLevel = Math.log(maker.price) + 0.12 * random.normal()
  const eur = Math.max(5, Math.round(kind.price * Math.exp(priceLevel))) - 0.1
  const title = `${colourName} ${material} ${kind.name}`
  const soldOut = random.next() < 0.04
  const variants = assortment.values.map((value, step) => {
    // Larger is dearer, except for sizes of clothes and shoes.
    const factor = assortment.option === "Size" && category < 2 ? 1 : 1 + 0.6 * step
    const price = Math.round(eur * factor) - 0.1
    return {
      title: `${colourName} / ${value}`,
      sku: slug(`${maker.name} ${title} ${value}`).toUpperCase(),
      options: { Colour: colourName, [assortment.option]: value },
      prices: { eur: round(price), usd: round(Math.round(price * 1.1) - 0.01) },
      stock: soldOut || random.next() < 0.06 ? 0 : 5 + random.int(120),
    }
  })
  const opener = random.pick(OPENERS[maker.style])
  return {
    handle: slug(`${maker.name} ${title}`),
    title,
    subtitle: `by ${maker.name}`,
    description:
      `${opener}: a ${maker.style} ${kind.name.toLowerCase()} in ${colourName.toLowerCase()} ` +
      `${material.toLowerCase()} from ${maker.name}. ${seasonSentence(kind)} ` +
      `Part of our ${assortment.name.toLowerCase()} range, in ${assortment.values.length} versions.`,
    category: assortment.name,
    kind: kind.name,
    shape: kind.shape,
    maker: maker.name,
    material,
    colourName,
    tags: [maker.style, COLOURS[colour].name.toLowerCase(), material.toLowerCase()],
    options: [
      { title: "Colour", values: [colourName] },
      { title: assortment.option, values: [...assortment.values] },
    ],
    variants,
    weightGrams: 200 + random.int(1_800),
    latent: { category, colour, style, priceLevel, appeal: 0.8 * random.normal(), summer: kind.summer },
  }
}

const round = (value: number): number => Math.round(value * 100) / 100

function seasonSentence(kind: Kind): string {
  if (kind.summer >= 0.5) return "At its best on long, warm days."
  if (kind.summer <= -0.5) return "Welcome when the days grow short and cold."
  return "Good all year round."
}

/** Pairs a product with the one of the matching kind that comes from the same maker and material row. */
function plantComplements(products: SimProduct[]): void {
  const kinds = new Map(
    ASSORTMENTS.flatMap((assortment) => assortment.kinds.map((kind) => [kind.name, kind] as const))
  )
  const byKind = new Map<string, number[]>()
  products.forEach((item, index) => byKind.set(item.kind, [...(byKind.get(item.kind) ?? []), index]))
  products.forEach((item, index) => {
    const partner = kinds.get(item.kind)?.goesWith
    if (!partner) return
    const place = byKind.get(item.kind)!.indexOf(index)
    item.latent.complement = byKind.get(partner)![place]
  })
}
