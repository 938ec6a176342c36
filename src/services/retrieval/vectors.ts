/** Inner product; of unit vectors it is their cosine similarity. */
export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i]
  return sum
}

/** The weighted sum of the products' vectors at length 1; undefined when none has one, or they cancel each other. */
export function centreOf<P extends { weight: number }>(
  products: readonly P[],
  vectorOf: (product: P) => Float32Array | undefined
): Float32Array | undefined {
  let centre: Float32Array | undefined
  for (const product of products) {
    const vector = vectorOf(product)
    if (!vector) continue
    centre ??= new Float32Array(vector.length)
    for (let d = 0; d < centre.length; d++) centre[d] += product.weight * vector[d]
  }
  const length = centre ? Math.sqrt(dot(centre, centre)) : 0
  return length > 0 ? centre!.map((value) => value / length) : undefined
}
