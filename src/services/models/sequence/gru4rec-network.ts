import type { Node } from "./graph"
import { matrix, row, type SequenceNetwork } from "./network"

/**
 * GRU4Rec (Hidasi et al., ICLR 2016): a gated recurrent unit, unrolled over the sequence. What the state says is
 * joined with the newest item itself, which a state alone takes long to learn to pass through.
 */
export function gru4recNetwork({ dimensions: d }: { dimensions: number }): SequenceNetwork {
  return {
    weights: {
      input: matrix(d, 3 * d),
      inputBias: row(3 * d),
      state: matrix(d, 3 * d),
      stateBias: row(3 * d),
      fromState: matrix(d, d),
      fromItem: matrix(d, d),
    },
    encode({ g, x, batch, length, weights: w, dropout }) {
      const items = dropout(x)
      const projected = g.add(g.matmul(items, w.input), w.inputBias)
      const bySteps = g.transpose(g.reshape(projected, [batch, length, 3 * d]), [1, 0, 2])
      const part = (y: Node, i: number) => g.slice(y, 1, i * d, d)
      const states: Node[] = []
      let state: Node | undefined
      for (let step = 0; step < length; step++) {
        const input = g.reshape(g.slice(bySteps, 0, step, 1), [batch, 3 * d])
        // The state before the first item is 0.
        const before: Node = state
          ? g.add(g.matmul(state, w.state), w.stateBias)
          : g.add(g.linear(input, 0), w.stateBias)
        const update = g.sigmoid(g.add(part(input, 0), part(before, 0)))
        const reset = g.sigmoid(g.add(part(input, 1), part(before, 1)))
        const next = g.tanh(g.add(part(input, 2), g.mul(reset, part(before, 2))))
        // (1 − update) · next + update · state
        state = state ? g.add(next, g.mul(update, g.sub(state, next))) : g.sub(next, g.mul(update, next))
        states.push(g.reshape(state, [1, batch, d]))
      }
      const bySequence = g.transpose(g.concat(states, 0), [1, 0, 2])
      const told = dropout(g.reshape(bySequence, [batch * length, d]))
      return g.add(g.matmul(told, w.fromState), g.matmul(items, w.fromItem))
    },
  }
}
