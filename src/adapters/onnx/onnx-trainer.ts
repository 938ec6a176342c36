import type { Feeds, Graph, Program, Trainer } from "../../services/models"
import { onnxModel } from "./onnx-model"

/** The slice of onnxruntime that is used; onnxruntime-node and onnxruntime-web share it. */
export interface OnnxRuntime {
  Tensor: new (
    type: "float32" | "int32",
    data: Float32Array | Int32Array,
    shape: readonly number[]
  ) => unknown
  InferenceSession: { create(model: Uint8Array, options: Record<string, unknown>): Promise<OnnxSession> }
  env: { versions: Record<string, string | undefined>; wasm: { numThreads?: number } }
}

interface OnnxSession {
  run(feeds: Record<string, unknown>): Promise<Record<string, { data: unknown; dispose(): void }>>
  release(): Promise<void>
}

/** Trains by ONNX Runtime: loss and gradients are one ordinary model, with weights as inputs. */
export class OnnxTrainer implements Trainer {
  constructor(
    readonly name: string,
    readonly gigaflops: number,
    private readonly runtime: OnnxRuntime,
    private readonly options: Record<string, unknown>
  ) {}

  async compile(graph: Graph): Promise<Program> {
    const session = await this.runtime.InferenceSession.create(onnxModel(graph), {
      graphOptimizationLevel: "all",
      ...this.options,
    })
    return new OnnxProgram(graph, session, this.runtime)
  }
}

class OnnxProgram implements Program {
  private readonly inputs: { name: string; integer: boolean; shape: readonly number[] }[]

  constructor(
    graph: Graph,
    private readonly session: OnnxSession,
    private readonly runtime: OnnxRuntime
  ) {
    this.inputs = graph.nodes.flatMap(({ op, shape }) => (op.kind === "input" ? [{ ...op, shape }] : []))
  }

  async run(feeds: Feeds): Promise<Record<string, Float32Array>> {
    const { Tensor } = this.runtime
    const tensors = this.inputs.map(({ name, integer, shape }) => [
      name,
      new Tensor(integer ? "int32" : "float32", feeds[name], shape),
    ])
    const results = await this.session.run(Object.fromEntries(tensors))
    return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]))
  }

  close(): void {
    void this.session.release()
  }
}
