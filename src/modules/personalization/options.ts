import { z } from "zod"
import { fieldIssues, PersonalizationError } from "../../services/lib"

const section = <T extends z.ZodRawShape>(shape: T) => z.strictObject(shape).prefault({} as never)

/** All options of the plugin, each with its default. `docs/options.md` is made from the descriptions. */
export const optionsSchema = z.strictObject({
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
  training: section({
    windowDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .default(90)
      .describe("Days of history that models learn from."),
    seed: z.number().int().default(1).describe("Seed of everything random in training."),
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
    maxMemoryMb: z.number().int().min(128).default(2_048).describe("Heap of the training worker."),
    reloadSeconds: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(5)
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
    exposureRetentionDays: z
      .number()
      .int()
      .min(1)
      .max(3650)
      .default(400)
      .describe("Days the record of what was shown is kept."),
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

export type PersonalizationOptions = z.output<typeof optionsSchema>
export type PersonalizationOptionsInput = z.input<typeof optionsSchema>

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
