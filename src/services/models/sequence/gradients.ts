import type { GraphBuilder, Node, Shape } from "./graph"

/**
 * Reverse-mode differentiation: adds the nodes of ∂loss/∂x for every x of `wanted` to the graph.
 * @param loss of shape [1]
 * @returns nodes of the shapes of `wanted`, in the same order; zeros where the loss does not depend on one
 */
export function gradients(g: GraphBuilder, loss: Node, wanted: readonly Node[]): Node[] {
  const needed = dependents(g.nodes, wanted)
  const collected = new Map<Node, Node>()
  const slices = new Map<Node, Slice[]>()
  const collect = (node: Node, part: Node) => {
    const before = collected.get(node)
    collected.set(node, before ? g.add(before, part) : part)
  }
  collect(loss, g.linear(loss, 0, 1))
  for (const node of g.nodes.slice(0, loss.id + 1).reverse()) {
    if (!needed.has(node)) continue
    for (const part of joined(g, node, slices.get(node) ?? [])) collect(node, part)
    const gradient = collected.get(node)
    if (!gradient) continue
    const { op, inputs } = node
    if (op.kind === "slice") {
      const beside = slices.get(inputs[0]) ?? []
      slices.set(inputs[0], [...beside, { axis: op.axis, begin: op.begin, gradient }])
      continue
    }
    for (const [input, part] of backward(g, node, gradient, (input) => needed.has(input)))
      collect(input, part)
  }
  return wanted.map((node) => collected.get(node) ?? g.linear(node, 0))
}

/** The gradient of one slice of a node. */
interface Slice {
  axis: number
  begin: number
  gradient: Node
}

/**
 * The gradients of a node's slices at the node's size. Slices that make up the node, as the steps of a recurrent
 * network do, are put side by side; padding each of them would cost the square of their number.
 */
function joined(g: GraphBuilder, node: Node, slices: readonly Slice[]): Node[] {
  if (slices.length === 0) return []
  const { axis } = slices[0]
  const ordered = [...slices].sort((a, b) => a.begin - b.begin)
  let end = 0
  const tiles = ordered.every((slice) => {
    const follows = slice.axis === axis && slice.begin === end
    end = slice.begin + slice.gradient.shape[axis]
    return follows
  })
  if (tiles && end === node.shape[axis]) {
    return [
      g.concat(
        ordered.map(({ gradient }) => gradient),
        axis
      ),
    ]
  }
  return slices.map((slice) => g.pad(slice.gradient, slice.axis, slice.begin, node.shape[slice.axis]))
}

/** All nodes that depend on one of `roots`, and these. */
function dependents(nodes: readonly Node[], roots: readonly Node[]): Set<Node> {
  const found = new Set(roots)
  for (const node of nodes) if (node.inputs.some((input) => found.has(input))) found.add(node)
  return found
}

/** What `gradient` at a node means for its inputs. */
function backward(
  g: GraphBuilder,
  node: Node,
  gradient: Node,
  isNeeded: (input: Node) => boolean
): [Node, Node][] {
  const { op, inputs } = node
  const parts: [Node, Node][] = []
  const give = (input: Node, part: () => Node) => {
    if (isNeeded(input)) parts.push([input, part()])
  }
  const [a, b] = inputs
  switch (op.kind) {
    case "add":
      give(a, () => gradient)
      give(b, () => reduceTo(g, gradient, b.shape))
      break
    case "sub":
      give(a, () => gradient)
      give(b, () => g.linear(reduceTo(g, gradient, b.shape), -1))
      break
    case "mul":
      give(a, () => g.mul(gradient, b))
      give(b, () => reduceTo(g, g.mul(gradient, a), b.shape))
      break
    case "div":
      give(a, () => g.div(gradient, b))
      give(b, () => g.linear(reduceTo(g, g.div(g.mul(gradient, node), b), b.shape), -1))
      break
    case "linear":
      give(a, () => g.linear(gradient, op.factor))
      break
    case "tanh":
      give(a, () => g.mul(gradient, g.linear(g.mul(node, node), -1, 1)))
      break
    case "sigmoid":
      give(a, () => g.mul(gradient, g.mul(node, g.linear(node, -1, 1))))
      break
    case "relu":
      give(a, () => g.mul(gradient, g.step(node)))
      break
    case "sqrt":
      give(a, () => g.linear(g.div(gradient, node), 0.5))
      break
    case "log":
      give(a, () => g.div(gradient, a))
      break
    case "softmax": {
      const last = [node.shape.length - 1]
      give(a, () => g.mul(node, g.sub(gradient, g.sum(g.mul(gradient, node), last))))
      break
    }
    case "matmul": {
      const { transposeA, transposeB } = op
      give(a, () =>
        transposeA
          ? g.matmul(b, gradient, { transposeA: transposeB, transposeB: true })
          : g.matmul(gradient, b, { transposeB: !transposeB })
      )
      give(b, () =>
        transposeB
          ? g.matmul(gradient, a, { transposeA: true, transposeB: transposeA })
          : g.matmul(a, gradient, { transposeA: !transposeA })
      )
      break
    }
    case "transpose": {
      const back = op.order.map((_, axis) => op.order.indexOf(axis))
      give(a, () => g.transpose(gradient, back))
      break
    }
    case "reshape":
      give(a, () => g.reshape(gradient, a.shape))
      break
    case "concat": {
      let begin = 0
      for (const input of inputs) {
        const from = begin
        give(input, () => g.slice(gradient, op.axis, from, input.shape[op.axis]))
        begin += input.shape[op.axis]
      }
      break
    }
    case "sum":
      // Multiplying by a node of the input's shape would need ones; adding to zeros of that shape repeats as well.
      give(a, () => g.add(g.linear(a, 0), gradient))
      break
    case "gather":
      give(a, () => g.scatter(gradient, b, a.shape[0]))
      break
    case "softmaxLoss":
      lossBackward(g, node, gradient, give)
      break
    case "input":
      break
    default:
      throw new Error(`the operation ${op.kind} has no gradient`)
  }
  return parts
}

/**
 * With probabilities S, weights w (as a column) and rows t of the targets: ∂/∂a = w(S·b − bₜ) and
 * ∂/∂b = Sᵀ·(w a) − (w a added up by target). The matrix S is only read.
 */
function lossBackward(
  g: GraphBuilder,
  node: Node,
  gradient: Node,
  give: (input: Node, part: () => Node) => void
): void {
  const [, a, b, target, weight, probabilities] = node.inputs
  const column = g.reshape(g.mul(weight, gradient), [weight.shape[0], 1])
  give(a, () => g.mul(g.sub(g.matmul(probabilities, b), g.gather(b, target)), column))
  give(b, () => {
    const weighted = g.mul(a, column)
    return g.sub(
      g.matmul(probabilities, weighted, { transposeA: true }),
      g.scatter(weighted, target, b.shape[0])
    )
  })
}

/** Sums a gradient over the axes along which the node of `shape` was repeated. */
function reduceTo(g: GraphBuilder, gradient: Node, shape: Shape): Node {
  const lead = gradient.shape.length - shape.length
  const axes = gradient.shape
    .map((n, axis) => (axis < lead || (shape[axis - lead] === 1 && n > 1) ? axis : -1))
    .filter((axis) => axis >= 0)
  if (axes.length === 0) return gradient
  const summed = g.sum(gradient, axes)
  return lead > 0 ? g.reshape(summed, shape) : summed
}
