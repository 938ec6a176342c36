import type { Graph, Node, Shape } from "../../services/models"
import { ProtobufWriter } from "./protobuf"

/** Versions of the format and of its operations; onnxruntime has read both since 1.14. */
const IR_VERSION = 8
const OPSET = 17
/** Codes of TensorProto.DataType. */
const FLOAT = 1
const INT32 = 6
const INT64 = 7
/** Codes of AttributeProto.AttributeType. */
const ATTRIBUTE = { float: 1, integer: 2, text: 3, integers: 7 } as const

type Attributes = Record<string, number | string | readonly number[] | { float: number }>

/** The graph as an ONNX model (onnx.proto3, ModelProto), with its inputs and outputs under their names. */
export function onnxModel(graph: Graph): Buffer {
  const emitter = new Emitter()
  for (const node of graph.nodes) emitter.add(node)
  for (const [name, node] of Object.entries(graph.outputs)) emitter.output(name, node)
  return new ProtobufWriter()
    .integer(1, IR_VERSION)
    .message(7, emitter.finish())
    .message(8, new ProtobufWriter().text(1, "").integer(2, OPSET))
    .finish()
}

class Emitter {
  private readonly nodes: ProtobufWriter[] = []
  private readonly initializers: ProtobufWriter[] = []
  private readonly inputs: ProtobufWriter[] = []
  private readonly outputs: ProtobufWriter[] = []
  private readonly names = new Map<Node, string>()
  private readonly constants = new Map<string, string>()

  add(node: Node): void {
    const name = node.op.kind === "input" ? node.op.name : `n${node.id}`
    this.names.set(node, name)
    this.emit(
      node,
      name,
      node.inputs.map((input) => this.names.get(input)!)
    )
  }

  output(name: string, node: Node): void {
    this.node("Identity", [this.names.get(node)!], name)
    this.outputs.push(valueInfo(name, FLOAT, node.shape))
  }

  finish(): ProtobufWriter {
    const graph = new ProtobufWriter()
    for (const node of this.nodes) graph.message(1, node)
    graph.text(2, "network")
    for (const tensor of this.initializers) graph.message(5, tensor)
    for (const input of this.inputs) graph.message(11, input)
    for (const output of this.outputs) graph.message(12, output)
    return graph
  }

  private emit({ op, inputs, shape }: Node, name: string, given: string[]): void {
    const rank = inputs[0]?.shape.length
    switch (op.kind) {
      case "input":
        this.inputs.push(valueInfo(name, op.integer ? INT32 : FLOAT, shape))
        return
      case "constant":
        this.initializers.push(tensor(name, FLOAT, shape, op.values))
        return
      case "add":
      case "sub":
      case "mul":
      case "div":
      case "tanh":
      case "sigmoid":
      case "relu":
      case "sqrt":
      case "log":
        return this.node(op.kind[0].toUpperCase() + op.kind.slice(1), given, name)
      case "step":
        // Sign of what is not negative, for ONNX's sign is −1 below 0.
        this.node("Relu", given, `${name}_relu`)
        return this.node("Sign", [`${name}_relu`], name)
      case "linear": {
        if (op.offset === 0) return this.node("Mul", [...given, this.scalar(op.factor)], name)
        this.node("Mul", [...given, this.scalar(op.factor)], `${name}_scaled`)
        return this.node("Add", [`${name}_scaled`, this.scalar(op.offset)], name)
      }
      case "matmul":
        if (rank === 2) {
          const { transposeA, transposeB } = op
          return this.node("Gemm", given, name, { transA: Number(transposeA), transB: Number(transposeB) })
        }
        return this.node(
          "MatMul",
          [op.transposeA, op.transposeB].map((isTransposed, i) => {
            if (!isTransposed) return given[i]
            this.node("Transpose", [given[i]], `${name}_${i}`, { perm: [0, 2, 1] })
            return `${name}_${i}`
          }),
          name
        )
      case "scores":
        return this.node("Gemm", given, name, { transB: 1 })
      case "transpose":
        return this.node("Transpose", given, name, { perm: op.order })
      case "reshape":
        return this.node("Reshape", [...given, this.integers(shape)], name)
      case "slice": {
        const bounds = [op.begin, op.begin + shape[op.axis], op.axis].map((value) => this.integers([value]))
        return this.node("Slice", [...given, ...bounds], name)
      }
      case "pad": {
        const pads = new Array<number>(2 * rank).fill(0)
        pads[op.axis] = op.before
        pads[rank + op.axis] = shape[op.axis] - op.before - inputs[0].shape[op.axis]
        return this.node("Pad", [...given, this.integers(pads)], name)
      }
      case "concat":
        return this.node("Concat", given, name, { axis: op.axis })
      case "sum":
        return this.node("ReduceSum", [...given, this.integers(op.axes)], name, { keepdims: 1 })
      case "softmax":
        return this.node("Softmax", given, name, { axis: -1 })
      case "gather":
        return this.node("Gather", given, name, { axis: 0 })
      case "scatter": {
        const zeros = `${name}_zeros`
        this.node("Expand", [this.scalar(0), this.integers(shape)], zeros)
        return this.node("ScatterND", [zeros, this.columns(given[1], name), given[0]], name, {
          reduction: "add",
        })
      }
      case "pick":
        this.node("GatherElements", [given[0], this.columns(given[1], name)], `${name}_column`, { axis: 1 })
        return this.node("Reshape", [`${name}_column`, this.integers(shape)], name)
      case "softmaxLoss":
        return this.node("Identity", given.slice(0, 1), name)
    }
  }

  /** Row numbers [n] as the [n, 1] of 64 bits that scattering takes. */
  private columns(rows: string, name: string): string {
    this.node("Cast", [rows], `${name}_long`, { to: INT64 })
    this.node("Unsqueeze", [`${name}_long`, this.integers([1])], `${name}_rows`)
    return `${name}_rows`
  }

  private node(type: string, inputs: readonly string[], output: string, attributes: Attributes = {}): void {
    const node = new ProtobufWriter()
    for (const input of inputs) node.text(1, input)
    node.text(2, output).text(4, type)
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value))
    this.nodes.push(node)
  }

  private scalar(value: number): string {
    return this.shared(`f${value}`, (name) => tensor(name, FLOAT, [1], Float32Array.of(value)))
  }

  private integers(values: readonly number[]): string {
    return this.shared(`i${values.join("_")}`, (name) =>
      tensor(name, INT64, [values.length], BigInt64Array.from(values, BigInt))
    )
  }

  private shared(key: string, make: (name: string) => ProtobufWriter): string {
    let name = this.constants.get(key)
    if (!name) {
      name = `c${this.constants.size}`
      this.constants.set(key, name)
      this.initializers.push(make(name))
    }
    return name
  }
}

function attribute(name: string, value: Attributes[string]): ProtobufWriter {
  const message = new ProtobufWriter().text(1, name)
  if (typeof value === "number") return message.integer(3, value).integer(20, ATTRIBUTE.integer)
  if (typeof value === "string") return message.text(4, value).integer(20, ATTRIBUTE.text)
  if ("float" in value) return message.float(2, value.float).integer(20, ATTRIBUTE.float)
  for (const number of value) message.integer(8, number)
  return message.integer(20, ATTRIBUTE.integers)
}

function tensor(
  name: string,
  type: number,
  shape: Shape,
  values: Float32Array | BigInt64Array
): ProtobufWriter {
  const message = new ProtobufWriter()
  for (const size of shape) message.integer(1, size)
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return message.integer(2, type).text(8, name).bytes(9, bytes)
}

function valueInfo(name: string, type: number, shape: Shape): ProtobufWriter {
  const sizes = new ProtobufWriter()
  for (const size of shape) sizes.message(1, new ProtobufWriter().integer(1, size))
  const tensorType = new ProtobufWriter().integer(1, type).message(2, sizes)
  return new ProtobufWriter().text(1, name).message(2, new ProtobufWriter().message(1, tensorType))
}
