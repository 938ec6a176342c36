import { z } from "zod"
import { fieldIssues, PersonalizationError } from "../../services/lib"
import { planModels } from "../../services/models"
import { contentOptions, trainingOptions } from "./options/learning"
import { auditsOptions, contextOptions, rankingOptions, servingOptions } from "./options/lists"
import { section } from "./options/section"
import { eventsOptions, kafkaOptions, redisOptions } from "./options/transport"

const redisUrls = z
  .string()
  .regex(
    /^rediss?:\/\/[^\s,]+(\s*,\s*rediss?:\/\/[^\s,]+)*$/,
    "must be redis://host:port, or several of a Redis Cluster separated by commas"
  )

/** All options of the plugin, each with its default. `docs/options.md` is made from the descriptions. */
const shape = z.strictObject({
  redisUrl: redisUrls
    .optional()
    .describe(
      "Redis that all processes share: events travel on its streams and features are kept in it. Several addresses, separated by commas, are a Redis Cluster. Default: everything in this process and PostgreSQL."
    ),
  kafkaBrokers: z
    .array(z.string().regex(/^[^\s,:]+:\d{1,5}$/, "must be host:port"))
    .min(1)
    .optional()
    .describe("Kafka brokers (`host:port`): events travel through Kafka instead of Redis. Needs `redisUrl`."),
  schemaRegistryUrl: z
    .url({ protocol: /^https?$/, error: "must be an http(s) URL" })
    .optional()
    .describe(
      "Schema registry for the events on Kafka. Default: each event carries the fingerprint of its schema."
    ),
  postgres: section({
    url: z.string().min(1).optional().describe("PostgreSQL URL. Default: the store's own database."),
    schema: z
      .string()
      .regex(/^[a-z_][a-z0-9_]{0,62}$/, "must be a plain lower-case PostgreSQL name")
      .default("personalization")
      .describe("PostgreSQL schema that holds the plugin's tables."),
    poolSize: z.number().int().min(2).max(100).default(5).describe("Connections the plugin may hold."),
  }),
  events: eventsOptions,
  redis: redisOptions,
  kafka: kafkaOptions,
  retrieval: section({
    index: z
      .enum(["auto", "faiss", "exact"])
      .default("auto")
      .describe(
        "Vector index: `faiss` demands faiss-node, `exact` is portable, `auto` takes FAISS when its binary is there."
      ),
    dimensions: z.number().int().min(8).max(512).default(64).describe("Dimensions of the content vectors."),
    faissTimeoutMs: z
      .number()
      .int()
      .min(5)
      .max(10_000)
      .default(50)
      .describe("A FAISS search slower than this is answered by the exact index."),
    faissMaxMemoryMb: z
      .number()
      .int()
      .min(64)
      .max(65_536)
      .default(1_024)
      .describe("The FAISS process is replaced when it grows beyond this."),
  }),
  content: contentOptions,
  training: trainingOptions,
  serving: servingOptions,
  ranking: rankingOptions,
  audits: auditsOptions,
  context: contextOptions,
  operations: section({
    metricsToken: z
      .string()
      .min(16)
      .optional()
      .describe("Bearer token of `GET /personalization/metrics`. Without one only this machine may read it."),
  }),
  privacy: section({
    defaultConsent: z
      .enum(["denied", "granted"])
      .default("denied")
      .describe(
        "Consent assumed for a shopper who has said nothing. Keep `denied` where the law asks for opt-in."
      ),
  }),
})

/** The options, and what they demand of one another. */
export const optionsSchema = shape.superRefine((options, context) => {
  const { redisUrl, kafkaBrokers, schemaRegistryUrl, training, content } = options
  const demand = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: path.split("."), message })
  try {
    planModels(training.models, training.modelOptions)
  } catch (error) {
    if (!(error instanceof PersonalizationError)) throw error
    // A model names its own option only: `vmis-knn.k`.
    const { fields, message: whole } = error
    for (const { path, message } of fields.length > 0 ? fields : [{ path: "", message: whole }])
      demand(path.startsWith("training.") ? path : `training.modelOptions${path && "."}${path}`, message)
  }
  if ((content.text === "huggingface" || content.text === "openai") && !content.textModel)
    demand("content.textModel", `is needed by \`content.text\`: "${content.text}"`)
  if (content.images === "onnx" && !content.imageModel)
    demand("content.imageModel", 'is needed by `content.images`: "onnx"')
  if (kafkaBrokers && !redisUrl)
    demand("kafkaBrokers", "needs `redisUrl`, where the features are that all processes share")
  if (schemaRegistryUrl && !kafkaBrokers)
    demand("schemaRegistryUrl", "is for `kafkaBrokers`, which are not set")
})

export type PersonalizationOptions = z.output<typeof shape>
export type PersonalizationOptionsInput = z.input<typeof shape>

function deepFreeze<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (inner && typeof inner === "object") deepFreeze(inner)
  return Object.freeze(value)
}

/**
 * Validates and freezes the plugin's options.
 * @throws PersonalizationError `invalid_option` that names each wrong option and the remedy.
 */
export function resolveOptions(input: unknown): PersonalizationOptions {
  const result = optionsSchema.safeParse(input ?? {})
  if (result.success) return deepFreeze(result.data)
  const fields = fieldIssues(result.error)
  throw new PersonalizationError(
    "invalid_option",
    `medusa-plugin-personalization: ${fields.map((f) => `option \`${f.path}\`: ${f.message}`).join("; ")}. ` +
      "Correct it in the plugin's options in medusa-config; docs/options.md lists all options with their defaults.",
    { fields, cause: result.error }
  )
}
