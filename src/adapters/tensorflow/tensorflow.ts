/** The slice of TensorFlow.js that is used; tfjs-node and tfjs-core with a backend share it. */
export interface TensorFlow {
  readonly version_core: string
  tensor(values: Float32Array | Int32Array, shape: number[], type: "float32" | "int32"): Tensor
  tidy<T>(compute: () => T): T
  dispose(tensors: unknown): void
  add(a: Tensor, b: Tensor | number): Tensor
  sub(a: Tensor, b: Tensor): Tensor
  mul(a: Tensor, b: Tensor | number): Tensor
  div(a: Tensor, b: Tensor): Tensor
  tanh(x: Tensor): Tensor
  sigmoid(x: Tensor): Tensor
  relu(x: Tensor): Tensor
  sqrt(x: Tensor): Tensor
  log(x: Tensor): Tensor
  step(x: Tensor): Tensor
  softmax(x: Tensor): Tensor
  matMul(a: Tensor, b: Tensor): Tensor
  transpose(x: Tensor, order?: number[]): Tensor
  reshape(x: Tensor, shape: number[]): Tensor
  slice(x: Tensor, begin: number[], size: number[]): Tensor
  pad(x: Tensor, paddings: [number, number][]): Tensor
  concat(parts: Tensor[], axis: number): Tensor
  sum(x: Tensor, axes: number[], keepDims: boolean): Tensor
  gather(table: Tensor, rows: Tensor): Tensor
  gatherND(x: Tensor, indices: Tensor): Tensor
  scatterND(indices: Tensor, values: Tensor, shape: number[]): Tensor
  getBackend(): string
  setBackend(name: string): Promise<boolean>
}

export interface Tensor {
  data(): Promise<Float32Array | Int32Array>
}
