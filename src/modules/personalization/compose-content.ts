import { EnergeticTextEmbedder } from "../../adapters/energetic"
import { PictureFetcher } from "../../adapters/http"
import { HuggingFaceTextEmbedder } from "../../adapters/huggingface"
import { OnnxImageEmbedder } from "../../adapters/onnx"
import { OpenAiTextEmbedder } from "../../adapters/openai"
import { decodePicture, sharpImageEmbedder } from "../../adapters/sharp"
import type { Logger, Metrics } from "../../services/lib"
import type { GivenSpaces, ImageEmbedder, TextEmbedder } from "../../services/models"
import { ProductVectors, type ItemVectorStore } from "../../services/retrieval"
import type { Product } from "../../services/features"
import type { PersonalizationOptions } from "./options"

type ContentOptions = PersonalizationOptions["content"]

/** Models that read what embedders say. */
const READERS = ["content", "cold-items"]

export interface ContentParts {
  store: ItemVectorStore
  metrics: Metrics
  logger: Logger
}

/** Whether a model that is trained reads what embedders say: only then is anything fetched or embedded. */
export function readsVectors({ training }: PersonalizationOptions): boolean {
  return training.models.some((name) => READERS.includes(name))
}

/** What the embedders that the options choose say of products; they are opened at the first call. */
export function productVectors(
  { content }: PersonalizationOptions,
  parts: ContentParts
): { of(products: readonly Product[], whole?: boolean): Promise<GivenSpaces> } {
  const pictures = new PictureFetcher({ allowedHosts: content.imageHosts })
  let opened: Promise<ProductVectors> | undefined
  const open = async () => {
    const embedder = await imageEmbedder(content).catch((error: Error) => {
      parts.logger.error("Products go without pictures", error)
      return undefined
    })
    return new ProductVectors({
      ...parts,
      text: textEmbedder(content),
      image: embedder && { embedder, pictures },
    })
  }
  return { of: async (products, whole) => (await (opened ??= open())).of(products, whole) }
}

function textEmbedder(options: ContentOptions): TextEmbedder | undefined {
  const { text, textModel: model = "", textModelPath: localPath, textUrl: baseUrl, textApiKey } = options
  if (text === "use-lite") return new EnergeticTextEmbedder()
  if (text === "huggingface") return new HuggingFaceTextEmbedder({ model, localPath })
  if (text === "openai")
    return new OpenAiTextEmbedder({ baseUrl, model, apiKey: textApiKey ?? process.env.OPENAI_API_KEY })
  return undefined
}

async function imageEmbedder({
  images,
  imageModel = "",
}: ContentOptions): Promise<ImageEmbedder | undefined> {
  if (images === "off") return undefined
  return images === "onnx"
    ? OnnxImageEmbedder.open({ file: imageModel, decode: decodePicture })
    : sharpImageEmbedder
}
