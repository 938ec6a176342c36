import type { Feeds, Graph, Node, Program, Trainer } from "../../services/models"
import type { Tensor, TensorFlow } from "./tensorflow"

/**
 * Trains by TensorFlow.js, one operation after the other. Gradients come as operations of the graph, so none of
 * TensorFlow's own is asked for: in WebAssembly that of `gather` is missing and others are slow.
 */
export class TensorFlowTrainer implements Trainer {
  constructor(
    readonly name: string,
    readonly gigaflops: number,
    private readonly tf: TensorFlow,
    private readonly backend: "tensorflow" | "wasm"
  ) {}

  async compile(graph: Graph): Promise<Program> {
    return new TensorFlowProgram(graph, this.tf, () => this.takeBackend())
  }

  /** tfjs-node and the WebAssembly backend share one tfjs-core, which works on one of them at a time. */
  private async takeBackend(): Promise<void> {
    const { tf, backend } = this
    if (tf.getBackend() !== backend && !(await tf.setBackend(backend)))
      throw new Error(`TensorFlow.js cannot start its backend ${backend}`)
  }
}

class TensorFlowProgram implements Program {
  /** Nodes that are no longer needed after each node. */
  private readonly lastUses = new Map<Node, Node[]>()

  constructor(
    private readonly graph: Graph,
    private readonly tf: TensorFlow,
    private readonly takeBackend: () => Promise<void>
  ) {
    const kept = new Set(Object.values(graph.outputs))
    const seen = new Set<Node>()
    for (const node of [...graph.nodes].reverse()) {
      const last = usedBy(node).filter((input) => !seen.has(input) && !kept.has(input))
      for (const input of last) seen.add(input)
      this.lastUses.set(node, [...new Set(last)])
    }
  }

  async run(feeds: Feeds): Promise<Record<string, Float32Array>> {
    const { tf, graph } = this
    await this.takeBackend()
    const values = new Map<Node, Tensor>()
    try {
      for (const node of graph.nodes) {
        values.set(
          node,
          tf.tidy(() => this.compute(node, values, feeds))
        )
        for (const input of this.lastUses.get(node)!) this.drop(input, values)
      }
      const outputs = await Promise.all(
        Object.entries(graph.outputs).map(async ([name, node]) => [name, await values.get(node)!.data()])
      )
      return Object.fromEntries(outputs) as Record<string, Float32Array>
    } finally {
      for (const node of [...values.keys()]) this.drop(node, values)
    }
  }

  /** Nothing is kept between two runs. */
  close(): void {}

  private drop(node: Node, values: Map<Node, Tensor>): void {
    this.tf.dispose(values.get(node))
    values.delete(node)
  }

  private compute({ op, inputs, shape }: Node, values: Map<Node, Tensor>, feeds: Feeds): Tensor {
    const { tf } = this
    const [a, b, c] = inputs.map((input) => values.get(input)!)
    switch (op.kind) {
      case "input":
        return tf.tensor(feeds[op.name], [...shape], op.integer ? "int32" : "float32")
      case "constant":
        return tf.tensor(op.values, [...shape], "float32")
      case "add":
      case "sub":
      case "mul":
      case "div":
        return tf[op.kind](a, b)
      case "tanh":
      case "sigmoid":
      case "relu":
      case "sqrt":
      case "log":
      case "step":
      case "softmax":
        return tf[op.kind](a)
      case "linear": {
        const scaled = tf.mul(a, op.factor)
        return op.offset === 0 ? scaled : tf.add(scaled, op.offset)
      }
      case "matmul":
        return tf.matMul(
          op.transposeA ? this.flip(a, inputs[0]) : a,
          op.transposeB ? this.flip(b, inputs[1]) : b
        )
      case "scores":
        return tf.add(tf.matMul(a, this.flip(b, inputs[1])), c)
      case "transpose":
        return tf.transpose(a, [...op.order])
      case "reshape":
        return tf.reshape(a, [...shape])
      case "slice":
        return tf.slice(
          a,
          shape.map((_, axis) => (axis === op.axis ? op.begin : 0)),
          [...shape]
        )
      case "pad":
        return tf.pad(
          a,
          shape.map((size, axis) =>
            axis === op.axis ? [op.before, size - op.before - inputs[0].shape[axis]] : [0, 0]
          )
        )
      case "concat":
        return tf.concat(
          inputs.map((input) => values.get(input)!),
          op.axis
        )
      case "sum":
        return tf.sum(a, [...op.axes], true)
      case "gather":
        return tf.gather(a, b)
      case "scatter":
        return tf.scatterND(tf.reshape(b, [inputs[1].shape[0], 1]), a, [...shape])
      case "pick": {
        const rows = tf.tensor(Int32Array.from(Array(shape[0]).keys()), [shape[0], 1], "int32")
        return tf.gatherND(a, tf.concat([rows, tf.reshape(b, [shape[0], 1])], 1))
      }
      case "softmaxLoss":
        return tf.reshape(a, [...shape])
    }
  }

  /** Transposes matrices explicitly: told to do it by itself, matMul takes a slow way in WebAssembly. */
  private flip(x: Tensor, { shape }: Node): Tensor {
    return this.tf.transpose(x, shape.length === 3 ? [0, 2, 1] : [1, 0])
  }
}

/** The value of a loss is that of its first input; the others are there for its gradient. */
const usedBy = ({ op, inputs }: Node): readonly Node[] =>
  op.kind === "softmaxLoss" ? inputs.slice(0, 1) : inputs
