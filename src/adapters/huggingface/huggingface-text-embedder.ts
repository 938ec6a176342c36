import { PersonalizationError } from "../../services/lib"
import type { TextEmbedder } from "../../services/models"

export interface HuggingFaceOptions {
  /** Name at the hub (`Xenova/all-MiniLM-L6-v2`), or a folder's name below `localPath`. */
  model: string
  /** Folder that holds models; with it nothing is downloaded. */
  localPath?: string
  /** How token vectors become one. Default `mean`, as sentence transformers want it. */
  pooling?: "mean" | "cls"
}

type Extractor = (
  texts: string[],
  options: { pooling: "mean" | "cls"; normalize: boolean }
) => Promise<{ dims: number[]; data: Float32Array }>

/** The slice of the package that is used. */
export interface Transformers {
  env: { localModelPath: string; allowRemoteModels: boolean }
  pipeline(task: "feature-extraction", model: string): Promise<Extractor>
}

const BATCH = 16

/** A sentence transformer that runs on this machine: from the Hugging Face hub, or from a folder. */
export class HuggingFaceTextEmbedder implements TextEmbedder {
  readonly name: string
  private extractor: Promise<Extractor> | undefined

  /** @param load the package; given by tests */
  constructor(
    private readonly options: HuggingFaceOptions,
    private readonly load: () => Transformers = loadTransformers
  ) {
    this.name = `huggingface:${options.model}:${options.pooling ?? "mean"}`
  }

  /** @throws PersonalizationError `missing_package`, or `invalid_option` when there is no such model */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (texts.length === 0) return []
    const extract = await (this.extractor ??= this.open())
    const vectors: Float32Array[] = []
    for (let from = 0; from < texts.length; from += BATCH) {
      const batch = texts.slice(from, from + BATCH)
      const { dims, data } = await extract(batch, {
        pooling: this.options.pooling ?? "mean",
        normalize: true,
      })
      const length = dims[dims.length - 1]
      batch.forEach((_, row) => vectors.push(data.slice(row * length, (row + 1) * length)))
    }
    return vectors
  }

  private async open(): Promise<Extractor> {
    const { env, pipeline } = this.load()
    const { model, localPath } = this.options
    if (localPath !== undefined) {
      env.localModelPath = localPath
      env.allowRemoteModels = false
    }
    try {
      return await pipeline("feature-extraction", model)
    } catch (cause) {
      // A download that failed may succeed later.
      this.extractor = undefined
      const where = localPath === undefined ? "from the hub" : `from ${localPath}`
      throw new PersonalizationError(
        "invalid_option",
        `option \`content.text\`: the model "${model}" does not load ${where} (${(cause as Error).message}); ` +
          "see to its name, or set `localPath` to a folder that holds it",
        { cause }
      )
    }
  }
}

const PACKAGE = "@huggingface/transformers"

/** Large and optional: loaded at the first text, and never before. */
function loadTransformers(): Transformers {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
    return require(PACKAGE) as Transformers
  } catch (cause) {
    throw new PersonalizationError(
      "missing_package",
      'The option `content.text` asks for "huggingface", but its package does not load: run ' +
        `\`npm install ${PACKAGE}\`, or set the option to "lsa".`,
      { cause }
    )
  }
}
