import { readFile } from "node:fs/promises"
import { createHash } from "node:crypto"
import { PersonalizationError } from "../../services/lib"
import type { ImageEmbedder, Pixels } from "../../services/models"

export interface OnnxImageOptions {
  /** A file whose first input is a picture (1 × 3 × size × size) and that gives its vector (1 × n). */
  file: string
  /** A picture as size × size pixels, its middle where it is not square. */
  decode(picture: Uint8Array, width: number, height: number, fit: "cover"): Promise<Pixels>
  /** Default 224, as CLIP wants it. */
  size?: number
  /** Of red, green and blue, 0–1, by which the pixels are normalised. Default: CLIP's. */
  mean?: readonly number[]
  deviation?: readonly number[]
}

/** The slice of onnxruntime that is used. */
interface Session {
  inputNames: readonly string[]
  outputNames: readonly string[]
  run(feeds: Record<string, unknown>): Promise<Record<string, { data: unknown; dims: readonly number[] }>>
}
interface Runtime {
  Tensor: new (type: "float32", data: Float32Array, shape: readonly number[]) => unknown
  InferenceSession: { create(model: Uint8Array): Promise<Session> }
}

const PACKAGES = ["onnxruntime-node", "onnxruntime-web"]
const CLIP_MEAN = [0.48145466, 0.4578275, 0.40821073]
const CLIP_DEVIATION = [0.26862954, 0.26130258, 0.27577711]
/** Output of CLIP's exports; else the first one counts. */
const CLIP_OUTPUT = "image_embeds"

/** A CLIP-class network from a file, run by ONNX Runtime: it sees what a thing is, not only what it looks like. */
export class OnnxImageEmbedder implements ImageEmbedder {
  private constructor(
    readonly name: string,
    private readonly runtime: Runtime,
    private readonly session: Session,
    private readonly options: OnnxImageOptions
  ) {}

  /** @throws PersonalizationError `missing_package`, or `invalid_option` when the file is no such network */
  static async open(options: OnnxImageOptions): Promise<OnnxImageEmbedder> {
    const runtime = load()
    try {
      const model = await readFile(options.file)
      const digest = createHash("sha256").update(model).digest("hex").slice(0, 16)
      return new OnnxImageEmbedder(
        `onnx:${digest}`,
        runtime,
        await runtime.InferenceSession.create(model),
        options
      )
    } catch (cause) {
      throw new PersonalizationError(
        "invalid_option",
        `option \`content.imageModel\`: ${options.file} is not a network that ONNX Runtime can run (${(cause as Error).message})`,
        { cause }
      )
    }
  }

  async embed(picture: Uint8Array): Promise<Float32Array> {
    const { decode, size = 224, mean = CLIP_MEAN, deviation = CLIP_DEVIATION } = this.options
    const { rgb } = await decode(picture, size, size, "cover")
    const pixels = size * size
    const values = new Float32Array(3 * pixels)
    for (let pixel = 0; pixel < pixels; pixel++) {
      for (let c = 0; c < 3; c++)
        values[c * pixels + pixel] = (rgb[pixel * 3 + c] / 255 - mean[c]) / deviation[c]
    }
    const { inputNames, outputNames } = this.session
    const input = new this.runtime.Tensor("float32", values, [1, 3, size, size])
    const results = await this.session.run({ [inputNames[0]]: input })
    const { data, dims } = results[outputNames.includes(CLIP_OUTPUT) ? CLIP_OUTPUT : outputNames[0]]
    if (dims.length !== 2 || dims[0] !== 1)
      throw new PersonalizationError(
        "invalid_option",
        `option \`content.imageModel\`: ${this.options.file} gives ${dims.join(" × ")} numbers, not one vector a picture`
      )
    return Float32Array.from(data as Float32Array)
  }
}

/** Heavy and optional: loaded where the option asks for it, and never before. */
function load(): Runtime {
  let cause: unknown
  for (const name of PACKAGES) {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
      return require(name) as Runtime
    } catch (error) {
      cause = error
    }
  }
  throw new PersonalizationError(
    "missing_package",
    'The option `content.images` is "onnx", but ONNX Runtime does not load: run `npm install onnxruntime-node` ' +
      '(or `onnxruntime-web`), or set the option to "descriptors".',
    { cause }
  )
}
