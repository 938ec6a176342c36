import { z } from "zod"
import { RowBook } from "../lib"
import { RERANKERS } from "../ranking"
import { SOURCES } from "../retrieval"
import type { Placement } from "./placement"
import { PLACEMENTS } from "./placements"

const known = (kind: string, names: readonly string[]) =>
  z.string().refine((name) => names.includes(name), { error: `is no ${kind}; there are ${names.join(", ")}` })

const sourceName = known(
  "candidate source",
  SOURCES.map((source) => source.name)
)
const rerankerName = known(
  "re-ranker",
  RERANKERS.map((reranker) => reranker.name)
)
const rerankSchema = z
  .record(rerankerName, z.union([z.number(), z.record(z.string(), z.number())]))
  .superRefine((settings, context) => {
    for (const { name, setting } of RERANKERS) {
      if (!Object.hasOwn(settings, name)) continue
      for (const { path, message } of setting.safeParse(settings[name]).error?.issues ?? [])
        context.addIssue({ code: "custom", path: [name, ...path], message })
    }
    const exploring = RERANKERS.filter(({ name, explores }) => explores && Object.hasOwn(settings, name))
    if (exploring.length > 1) {
      const names = exploring.map(({ name }) => name).join(" and ")
      const message = `${names} cannot both draw slots: name one of them`
      context.addIssue({ code: "custom", path: [exploring[1].name], message })
    }
  })

/** A placement as a merchant may write it. */
export const placementSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "must be lower-case letters, digits and dashes, 64 at most"),
  sources: z
    .record(sourceName, z.number().min(0).max(100))
    .refine((sources) => Object.keys(sources).length > 0, {
      error: "must name at least one candidate source",
    }),
  fallback: z.array(sourceName).max(20).default([]),
  fallbackWhen: z.enum(["short", "empty"]).optional(),
  filters: z.strictObject({
    inStock: z.boolean().default(true),
    notInCart: z.boolean().default(true),
    notSeeds: z.boolean().default(true),
    notBoughtDays: z.number().min(0).max(3650).default(0),
    repurchase: z.enum(["when-due", "after-days"]).optional(),
  }),
  rerank: rerankSchema.optional(),
  limit: z.number().int().min(1).max(200),
  requires: z.enum(["product_id", "cart_id", "product_ids"]).optional(),
  title: z.string().min(1).max(200),
})

/** All placements, shipped and stored; an invalid row leaves the shipped one in place. */
export class PlacementBook extends RowBook<Placement> {
  protected readonly kind = "placements"
  protected readonly schema = placementSchema
  private placements = new Map(PLACEMENTS.map((placement) => [placement.name, placement]))

  get(name: string): Placement | undefined {
    return this.placements.get(name)
  }

  names(): string[] {
    return [...this.placements.keys()]
  }

  protected nameOf({ name }: Placement): string {
    return String(name)
  }

  protected take(rows: readonly Placement[]): void {
    this.placements = new Map([...PLACEMENTS, ...rows].map((placement) => [placement.name, placement]))
  }
}
