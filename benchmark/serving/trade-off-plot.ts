const COLOURS = ["#1f77b4", "#d62728", "#17becf", "#ff7f0e"]

/** What a list is worth and how its products differ, with λ. */
export interface Point {
  lambda: number
  ndcg: number
  diversity: number
}

/** @returns an SVG of a line a curve, from diversity (right is more) to nDCG@k (up is more) */
export function tradeOffPlot(curves: Record<string, readonly Point[]>, k: number): string {
  const [width, height, edge] = [640, 400, 60]
  const all = Object.values(curves).flat()
  const range = (values: number[]): [number, number] => [Math.min(...values), Math.max(...values)]
  const [x0, x1] = range(all.map(({ diversity }) => diversity))
  const [y0, y1] = range(all.map(({ ndcg }) => ndcg))
  const x = (value: number) => edge + ((value - x0) / (x1 - x0)) * (width - 2 * edge)
  const y = (value: number) => height - edge - ((value - y0) / (y1 - y0)) * (height - 2 * edge)
  const text = (at: [number, number], words: string, rest = "") =>
    `<text x="${at[0].toFixed(1)}" y="${at[1].toFixed(1)}" font-size="12" font-family="sans-serif" ${rest}>${words}</text>`
  const lines = Object.entries(curves).map(([name, points], i) => {
    const colour = COLOURS[i % COLOURS.length]
    const path = points
      .map(({ diversity, ndcg }) => `${x(diversity).toFixed(1)},${y(ndcg).toFixed(1)}`)
      .join(" ")
    const dots = points.map(
      ({ diversity, ndcg, lambda }) =>
        `<circle cx="${x(diversity).toFixed(1)}" cy="${y(ndcg).toFixed(1)}" r="3" fill="${colour}"><title>λ = ${lambda}</title></circle>`
    )
    const label = text([edge + 20, height / 2 + 18 * i], name, `fill="${colour}"`)
    return [
      `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...dots,
      label,
    ].join("\n")
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="nDCG against diversity by λ">`,
    `<rect width="${width}" height="${height}" fill="white"/>`,
    `<path d="M${edge} ${edge}V${height - edge}H${width - edge}" fill="none" stroke="#444"/>`,
    ...lines,
    text([width / 2, height - 18], "intra-list diversity (1 − cosine)", 'text-anchor="middle"'),
    text([16, 30], `nDCG@${k}`),
    ...[x0, x1].map((value) =>
      text([x(value), height - edge + 16], value.toFixed(2), 'text-anchor="middle"')
    ),
    ...[y0, y1].map((value) => text([edge - 6, y(value) + 4], value.toFixed(4), 'text-anchor="end"')),
    "</svg>",
    "",
  ].join("\n")
}
