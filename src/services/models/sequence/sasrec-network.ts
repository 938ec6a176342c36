import type { Node } from "./graph"
import { layerNorm, matrix, row, type EncodeInput, type SequenceNetwork } from "./network"

/** Added to the score of what lies in the future, so that its weight is 0. */
const NEVER = -1e9

/**
 * SASRec (Kang & McAuley, ICDM 2018): self-attention that looks back only, with learned positions; normalised
 * before each block, as has become usual.
 */
export function sasrecNetwork(options: {
  dimensions: number
  blocks: number
  heads: number
  maxLength: number
}): SequenceNetwork {
  const { dimensions: d, blocks, heads, maxLength } = options
  const weights: SequenceNetwork["weights"] = {
    positions: { shape: [maxLength, d], spread: 0.02 },
    ...Object.fromEntries(
      Array.from({ length: blocks }, (_, block) =>
        Object.entries({
          query: matrix(d, d),
          key: matrix(d, d),
          value: matrix(d, d),
          joined: matrix(d, d),
          inner: matrix(d, d),
          innerBias: row(d),
          outer: matrix(d, d),
          outerBias: row(d),
          gain1: row(d, 1),
          bias1: row(d),
          gain2: row(d, 1),
          bias2: row(d),
        }).map(([name, spec]) => [`${name}.${block}`, spec])
      ).flat()
    ),
    gain: row(d, 1),
    bias: row(d),
  }
  return {
    weights,
    encode({ g, x: items, batch, length, weights: w, dropout }) {
      const positions = g.slice(w.positions, 0, 0, length)
      const placed = g.add(g.reshape(items, [batch, length, d]), positions)
      let x = dropout(g.reshape(placed, [batch * length, d]))
      const mask = futureMask(length)
      for (let block = 0; block < blocks; block++) {
        const own = (name: string): Node => w[`${name}.${block}`]
        const seen = layerNorm(g, x, own("gain1"), own("bias1"))
        const attended = attend({ g, x: seen, batch, length, own, heads, mask })
        x = g.add(x, dropout(attended))
        const y = layerNorm(g, x, own("gain2"), own("bias2"))
        const inner = dropout(g.relu(g.add(g.matmul(y, own("inner")), own("innerBias"))))
        x = g.add(x, dropout(g.add(g.matmul(inner, own("outer")), own("outerBias"))))
      }
      return layerNorm(g, x, w.gain, w.bias)
    },
  }
}

interface Attention extends Pick<EncodeInput, "g" | "x" | "batch" | "length"> {
  own(name: string): Node
  heads: number
  mask: Float32Array
}

function attend({ g, x, batch, length, own, heads, mask }: Attention): Node {
  const d = x.shape[1]
  const width = d / heads
  const split = (y: Node) =>
    g.reshape(g.transpose(g.reshape(y, [batch, length, heads, width]), [0, 2, 1, 3]), [
      batch * heads,
      length,
      width,
    ])
  const [query, key, value] = ["query", "key", "value"].map((name) => split(g.matmul(x, own(name))))
  const likeness = g.linear(g.matmul(query, key, { transposeB: true }), 1 / Math.sqrt(width))
  const attention = g.softmax(g.add(likeness, g.constant(mask, [length, length])))
  const heard = g.reshape(g.matmul(attention, value), [batch, heads, length, width])
  return g.matmul(g.reshape(g.transpose(heard, [0, 2, 1, 3]), [batch * length, d]), own("joined"))
}

function futureMask(length: number): Float32Array {
  return Float32Array.from({ length: length * length }, (_, i) =>
    i % length > Math.floor(i / length) ? NEVER : 0
  )
}
