import { z } from "zod"
import { AUDIT_FIGURES } from "../../../services/measurement"
import { section } from "./section"

export const servingOptions = section({
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
    .describe(
      "Candidates that the source with the greatest weight may bring at most, and no more than eight times the list's length (but 40); the others in proportion to their weights."
    ),
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
})

export const rankingOptions = section({
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
  learnSeconds: z.number().min(0.05).max(3_600).default(10).describe("How often new lists are learned from."),
  learningRate: z
    .number()
    .min(0.0001)
    .max(0.2)
    .default(0.005)
    .describe(
      "About the most that one list changes a weight: higher follows changes sooner and is less steady."
    ),
  costPriceList: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Id or title of a Medusa price list whose prices are what the shop pays for a piece, for the margin of rules and what-if. It has to be a draft: what is active, shoppers pay. docs/rules.md says how it is read."
    ),
})

export const auditsOptions = section({
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
})

export const contextOptions = section({
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
})
