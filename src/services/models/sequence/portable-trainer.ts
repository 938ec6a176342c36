import type { Feeds, Program, Trainer } from "../trainer.port"
import { sizeOf, type Graph, type Node } from "./graph"
import { broadcastPlaces, PAIRWISE, softmax, transposePlaces, UNARY, windowPlaces } from "./portable-kernels"
import { SimdProduct } from "./simd-product"

/** One for all programs, for each memory of WebAssembly takes gigabytes of address space, and runs do not overlap. */
const product = new SimdProduct()

/** Fills the node's values; inputs are computed before. */
type Run = (feeds: Feeds) => void

/**
 * TypeScript with the SIMD kernel for large products, on one thread: needs no package, and is what the others are
 * judged by. It also answers requests, where one short sequence is to be encoded.
 * Memory: 4 bytes per number of all nodes of the graph.
 */
export const portableTrainer: Trainer = {
  name: "the built-in trainer",
  gigaflops: 6,
  compile: async (graph) => new PortableProgram(graph),
}

/** The same, to be run at once: for answers to requests. */
export class PortableProgram implements Program {
  private readonly values = new Map<Node, Float32Array>()
  private readonly integers = new Map<Node, string>()
  private readonly steps: Run[] = []

  constructor(private readonly graph: Graph) {
    for (const node of graph.nodes) this.prepare(node)
  }

  async run(feeds: Feeds): Promise<Record<string, Float32Array>> {
    return this.runSync(feeds)
  }

  /** @returns the program's own arrays, overwritten by the next run */
  runSync(feeds: Feeds): Record<string, Float32Array> {
    for (const step of this.steps) step(feeds)
    return Object.fromEntries(
      Object.entries(this.graph.outputs).map(([name, node]) => [name, this.valueOf(node)])
    )
  }

  close(): void {
    this.values.clear()
  }

  private valueOf(node: Node): Float32Array {
    return this.values.get(node)!
  }

  private prepare(node: Node): void {
    const { op, inputs, shape } = node
    if (op.kind === "input") {
      if (op.integer) this.integers.set(node, op.name)
      else this.steps.push((feeds) => void this.values.set(node, feeds[op.name] as Float32Array))
      return
    }
    if (op.kind === "constant") {
      this.values.set(node, op.values)
      return
    }
    if (op.kind === "reshape" || op.kind === "softmaxLoss") {
      this.steps.push(() => void this.values.set(node, this.valueOf(inputs[0])))
      return
    }
    const y = new Float32Array(sizeOf(shape))
    this.values.set(node, y)
    this.steps.push(this.compute(node, y))
  }

  private compute({ op, inputs, shape }: Node, y: Float32Array): Run {
    const x = () => this.valueOf(inputs[0])
    const rowsOf = (feeds: Feeds, input: Node) => feeds[this.integers.get(input)!] as Int32Array
    switch (op.kind) {
      case "add":
      case "sub":
      case "mul":
      case "div": {
        const [a, b] = inputs
        const combine = PAIRWISE[op.kind]
        const from = sizeOf(b.shape) === y.length ? undefined : broadcastPlaces(b.shape, a.shape)
        return () => combine(x(), this.valueOf(b), y, from)
      }
      case "tanh":
      case "sigmoid":
      case "relu":
      case "step":
      case "sqrt":
      case "log": {
        const apply = UNARY[op.kind]
        return () => apply(x(), y)
      }
      case "linear":
        return () => {
          const values = x()
          for (let i = 0; i < y.length; i++) y[i] = op.factor * values[i] + op.offset
        }
      case "softmax":
        return () => softmax(x(), y, shape[shape.length - 1])
      case "matmul":
        return this.matmul(inputs, y, shape, op)
      case "scores": {
        const size = { rows: shape[0], columns: shape[1], inner: inputs[0].shape[1] }
        return () => {
          product.multiply(x(), this.valueOf(inputs[1]), y, size, false, true)
          const bias = this.valueOf(inputs[2])
          for (let i = 0; i < y.length; i++) y[i] += bias[i % size.columns]
        }
      }
      case "transpose": {
        const from = transposePlaces(inputs[0].shape, op.order)
        return () => take(x(), from, y)
      }
      case "slice": {
        const from = windowPlaces(shape, inputs[0].shape, op.axis, op.begin)
        return () => take(x(), from, y)
      }
      case "pad": {
        const to = windowPlaces(inputs[0].shape, shape, op.axis, op.before)
        return () => put(x(), to, y)
      }
      case "concat": {
        let begin = 0
        const targets = inputs.map((input) => {
          const to = windowPlaces(input.shape, shape, op.axis, begin)
          begin += input.shape[op.axis]
          return to
        })
        return () => inputs.forEach((input, i) => put(this.valueOf(input), targets[i], y))
      }
      case "sum": {
        const to = broadcastPlaces(shape, inputs[0].shape)
        return () => {
          y.fill(0)
          const values = x()
          for (let i = 0; i < values.length; i++) y[to[i]] += values[i]
        }
      }
      case "gather": {
        const width = shape[1]
        return (feeds) => {
          const [table, rows] = [x(), rowsOf(feeds, inputs[1])]
          for (let i = 0; i < rows.length; i++)
            for (let j = 0; j < width; j++) y[i * width + j] = table[rows[i] * width + j]
        }
      }
      case "scatter": {
        const width = shape[1]
        return (feeds) => {
          const [values, rows] = [x(), rowsOf(feeds, inputs[1])]
          y.fill(0)
          for (let i = 0; i < rows.length; i++)
            for (let j = 0; j < width; j++) y[rows[i] * width + j] += values[i * width + j]
        }
      }
      case "pick": {
        const width = inputs[0].shape[1]
        return (feeds) => {
          const [values, columns] = [x(), rowsOf(feeds, inputs[1])]
          for (let i = 0; i < y.length; i++) y[i] = values[i * width + columns[i]]
        }
      }
      default:
        throw new Error(`${op.kind} is not computed`)
    }
  }

  private matmul(
    [a, b]: readonly Node[],
    y: Float32Array,
    shape: Node["shape"],
    { transposeA, transposeB }: { transposeA: boolean; transposeB: boolean }
  ): Run {
    const [rows, columns] = shape.slice(-2)
    const size = { rows, columns, inner: a.shape.at(transposeA ? -2 : -1)! }
    const [stepA, stepB] = [rows * size.inner, columns * size.inner]
    return () => {
      const [left, right] = [this.valueOf(a), this.valueOf(b)]
      for (let i = 0, c = 0; c < y.length; i++, c += rows * columns) {
        product.multiply(
          left.subarray(i * stepA, (i + 1) * stepA),
          right.subarray(i * stepB, (i + 1) * stepB),
          y.subarray(c, c + rows * columns),
          size,
          transposeA,
          transposeB
        )
      }
    }
  }
}

function take(x: Float32Array, from: Int32Array, y: Float32Array): void {
  for (let i = 0; i < y.length; i++) y[i] = x[from[i]]
}

/** Places outside `to` keep their zeros. */
function put(x: Float32Array, to: Int32Array, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) y[to[i]] = x[i]
}
