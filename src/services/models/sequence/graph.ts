/** Row-major sizes; all shapes of a graph are fixed. */
export type Shape = readonly number[]

/**
 * The operations a runtime has to know: few, each with an exact counterpart in TensorFlow.js and in ONNX. A gradient
 * is made of the same operations (gradients.ts), so that a runtime needs no gradients of its own.
 */
export type Op =
  | { kind: "input"; name: string; integer: boolean }
  | { kind: "constant"; values: Float32Array }
  /** b is repeated along axes of size 1 and along leading axes that it lacks. */
  | { kind: "add" | "sub" | "mul" | "div" }
  | { kind: "tanh" | "sigmoid" | "relu" | "sqrt" | "log" }
  /** 1 where above 0, else 0. */
  | { kind: "step" }
  /** factor · x + offset */
  | { kind: "linear"; factor: number; offset: number }
  /** Matrices, or equally many matrices each (three axes). */
  | { kind: "matmul"; transposeA: boolean; transposeB: boolean }
  /** a · bᵀ + bias, for two matrices and a row */
  | { kind: "scores" }
  | { kind: "transpose"; order: readonly number[] }
  | { kind: "reshape" }
  | { kind: "slice"; axis: number; begin: number }
  | { kind: "pad"; axis: number; before: number }
  | { kind: "concat"; axis: number }
  /** Kept with size 1. */
  | { kind: "sum"; axes: readonly number[] }
  /** Over the last axis. */
  | { kind: "softmax" }
  /** Rows of a matrix by their numbers. */
  | { kind: "gather" }
  /** The adjoint: adds rows up by their numbers. */
  | { kind: "scatter" }
  /** One number of each row of a matrix. */
  | { kind: "pick" }
  /** −log of a probability; see `softmaxLoss`. */
  | { kind: "softmaxLoss" }

export interface Node {
  readonly id: number
  readonly op: Op
  readonly inputs: readonly Node[]
  readonly shape: Shape
}

/** What a runtime is given: nodes in an order in which each comes after its inputs, and the outputs by name. */
export interface Graph {
  readonly nodes: readonly Node[]
  readonly outputs: Readonly<Record<string, Node>>
}

export const sizeOf = (shape: Shape): number => shape.reduce((size, n) => size * n, 1)

/** Writes a network down, operation by operation; each method says the new node's shape. */
export class GraphBuilder {
  readonly nodes: Node[] = []

  input(name: string, shape: Shape): Node {
    return this.node({ kind: "input", name, integer: false }, [], shape)
  }

  /** 32-bit integers: numbers of rows. */
  indices(name: string, shape: Shape): Node {
    return this.node({ kind: "input", name, integer: true }, [], shape)
  }

  constant(values: Float32Array, shape: Shape): Node {
    return this.node({ kind: "constant", values }, [], shape)
  }

  add = (a: Node, b: Node): Node => this.node({ kind: "add" }, [a, b], a.shape)
  sub = (a: Node, b: Node): Node => this.node({ kind: "sub" }, [a, b], a.shape)
  mul = (a: Node, b: Node): Node => this.node({ kind: "mul" }, [a, b], a.shape)
  div = (a: Node, b: Node): Node => this.node({ kind: "div" }, [a, b], a.shape)
  tanh = (x: Node): Node => this.node({ kind: "tanh" }, [x], x.shape)
  sigmoid = (x: Node): Node => this.node({ kind: "sigmoid" }, [x], x.shape)
  relu = (x: Node): Node => this.node({ kind: "relu" }, [x], x.shape)
  sqrt = (x: Node): Node => this.node({ kind: "sqrt" }, [x], x.shape)
  log = (x: Node): Node => this.node({ kind: "log" }, [x], x.shape)
  step = (x: Node): Node => this.node({ kind: "step" }, [x], x.shape)
  softmax = (x: Node): Node => this.node({ kind: "softmax" }, [x], x.shape)

  linear(x: Node, factor: number, offset = 0): Node {
    return this.node({ kind: "linear", factor, offset }, [x], x.shape)
  }

  matmul(a: Node, b: Node, { transposeA = false, transposeB = false } = {}): Node {
    const batch = a.shape.slice(0, -2)
    const rows = a.shape.at(transposeA ? -1 : -2)!
    const columns = b.shape.at(transposeB ? -2 : -1)!
    return this.node({ kind: "matmul", transposeA, transposeB }, [a, b], [...batch, rows, columns])
  }

  /** [n, d], [m, d], [m] → [n, m] */
  scores(a: Node, b: Node, bias: Node): Node {
    return this.node({ kind: "scores" }, [a, b, bias], [a.shape[0], b.shape[0]])
  }

  transpose(x: Node, order: readonly number[]): Node {
    return this.node(
      { kind: "transpose", order },
      [x],
      order.map((axis) => x.shape[axis])
    )
  }

  reshape(x: Node, shape: Shape): Node {
    return this.node({ kind: "reshape" }, [x], shape)
  }

  slice(x: Node, axis: number, begin: number, size: number): Node {
    return this.node({ kind: "slice", axis, begin }, [x], x.shape.with(axis, size))
  }

  /** Zeros before and behind, along one axis, up to `size`. */
  pad(x: Node, axis: number, before: number, size: number): Node {
    return this.node({ kind: "pad", axis, before }, [x], x.shape.with(axis, size))
  }

  concat(parts: readonly Node[], axis: number): Node {
    if (parts.length === 1) return parts[0]
    const size = parts.reduce((sum, { shape }) => sum + shape[axis], 0)
    return this.node({ kind: "concat", axis }, parts, parts[0].shape.with(axis, size))
  }

  sum(x: Node, axes: readonly number[]): Node {
    const shape = x.shape.map((n, axis) => (axes.includes(axis) ? 1 : n))
    return this.node({ kind: "sum", axes }, [x], shape)
  }

  /** [n, d], [m] → [m, d] */
  gather(table: Node, rows: Node): Node {
    return this.node({ kind: "gather" }, [table, rows], [rows.shape[0], table.shape[1]])
  }

  /** [m, d], [m] → [n, d] */
  scatter(values: Node, rows: Node, n: number): Node {
    return this.node({ kind: "scatter" }, [values, rows], [n, values.shape[1]])
  }

  /** [n, m], [n] → [n] */
  pick(x: Node, columns: Node): Node {
    return this.node({ kind: "pick" }, [x, columns], [x.shape[0]])
  }

  /**
   * Σ weightᵢ · −log softmax(a · bᵀ + bias)ᵢ,targetᵢ, of shape [1]. One operation with a gradient of its own, for
   * only so the matrix of all scores is written once, and read three times.
   */
  softmaxLoss(a: Node, b: Node, bias: Node, target: Node, weight: Node): Node {
    const probabilities = this.softmax(this.scores(a, b, bias))
    const surprise = this.linear(this.log(this.linear(this.pick(probabilities, target), 1, 1e-30)), -1)
    const loss = this.sum(this.mul(surprise, weight), [0])
    return this.node({ kind: "softmaxLoss" }, [loss, a, b, target, weight, probabilities], [1])
  }

  /** The nodes that the outputs need, in order. */
  build(outputs: Record<string, Node>): Graph {
    const needed = new Set<Node>()
    const stack = Object.values(outputs)
    for (let node = stack.pop(); node; node = stack.pop()) {
      if (needed.has(node)) continue
      needed.add(node)
      // A loss is the value of its first input; the others are there for its gradient.
      stack.push(...(node.op.kind === "softmaxLoss" ? node.inputs.slice(0, 1) : node.inputs))
    }
    return { nodes: this.nodes.filter((node) => needed.has(node)), outputs }
  }

  private node(op: Op, inputs: readonly Node[], shape: Shape): Node {
    const node = { id: this.nodes.length, op, inputs, shape }
    this.nodes.push(node)
    return node
  }
}
