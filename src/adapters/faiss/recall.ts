import type { ExactVectorIndex } from "../wasm"

/** FAISS and the exact scan round differently; neighbours this close are equally near. */
const TIE = 1e-5

/**
 * Share of the true nearest `k` that `search` finds, averaged over `samples` queries spread evenly over the index:
 * in turn a vector of its own and the mean of two (at length 1), for a shopper's taste lies between products. 1 for an empty index.
 */
export async function measureRecall(
  exact: ExactVectorIndex,
  search: (query: Float32Array) => Promise<{ score: number }[]>,
  samples: number,
  k: number
): Promise<number> {
  const ids = exact.ids()
  const count = Math.min(samples, ids.length)
  const pair = new Float32Array(2 * exact.dimensions)
  let sum = 0
  let asked = 0
  for (let sample = 0; sample < count; sample++) {
    const at = Math.floor((sample * ids.length) / count)
    const other = sample % 2 === 0 ? at : (at + (ids.length >> 1)) % ids.length
    if (!exact.copy(ids[at], pair, 0) || !exact.copy(ids[other], pair, exact.dimensions)) continue
    const mean = pair.slice(0, exact.dimensions).map((value, i) => value + pair[exact.dimensions + i])
    const { unit } = exact.prepare(mean, k)
    if (!unit) continue
    const truth = await exact.search(unit, k)
    if (truth.length === 0) continue
    const least = truth[truth.length - 1].score - TIE
    const found = await search(unit)
    sum += found.filter(({ score }) => score >= least).length / truth.length
    asked++
  }
  return asked === 0 ? 1 : Math.min(1, sum / asked)
}
