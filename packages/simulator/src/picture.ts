import { ASSORTMENTS, COLOURS } from "./assortment"
import { SHAPES } from "./picture-shapes"
import type { SimProduct } from "./products"

/** Mixes a hex colour with white (`amount` > 0) or black (< 0). */
function shade(hex: string, amount: number): string {
  const target = amount > 0 ? 255 : 0
  const parts = [1, 3, 5].map((at) => {
    const value = parseInt(hex.slice(at, at + 2), 16)
    return Math.round(value + (target - value) * Math.abs(amount))
      .toString(16)
      .padStart(2, "0")
  })
  return `#${parts.join("")}`
}

/** Ground of each category, so that a page of mixed categories can be told apart at a glance. */
const GROUNDS = ["#f3efe9", "#e9eef3", "#eef1e6", "#f6ece8", "#f5f1df", "#e6f0ec", "#efeaf3", "#f4eaee"]

/**
 * The product's picture as SVG text, 400 × 400: ground by category, drawing by kind, colour by colour, and the
 * pattern of its maker's style. Pictures of different products differ.
 */
export function drawPicture(product: SimProduct): string {
  const { category, colour, style } = product.latent
  // The two names of a colour family are two shades of it.
  const tone = COLOURS[colour].names.indexOf(product.colourName) * 0.14
  const main = shade(COLOURS[colour].hex, tone)
  const drawing = SHAPES[product.shape](main, shade(main, -0.3), shade(main, 0.55))
  const marks = [
    "",
    `<path d="M0 372 H400" stroke="${shade(main, -0.2)}" stroke-width="6" stroke-dasharray="18 10"/>`,
    [40, 120, 200, 280, 360].map((x) => `<circle cx="${x}" cy="374" r="9" fill="${main}"/>`).join(""),
    `<rect x="14" y="14" width="372" height="372" fill="none" stroke="${shade(main, 0.3)}" stroke-width="5"/>`,
  ]
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" width="400" height="400" role="img">` +
    `<title>${escapeXml(product.title)} ${escapeXml(product.subtitle)}</title>` +
    `<rect width="400" height="400" fill="${GROUNDS[category % ASSORTMENTS.length]}"/>` +
    `${marks[style]}<ellipse cx="200" cy="338" rx="130" ry="12" fill="#00000014"/>${drawing}</svg>\n`
  )
}

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
