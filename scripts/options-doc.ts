// Writes docs/options.md from the schema of the options; `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { z } from "zod"
import { optionsSchema } from "../src/modules/personalization/options"

const PAGE = join(__dirname, "../docs/options.md")

/** The part of JSON Schema that zod makes out of the options. */
interface JsonSchema {
  type?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  minimum?: number
  maximum?: number
  pattern?: string
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
}

/** zod bounds every integer by what JavaScript can count to, which says nothing to a reader. */
const bounded = (value: number | undefined): value is number =>
  value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER

function values(schema: JsonSchema): string {
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(", ")
  const { minimum, maximum } = schema
  if (bounded(minimum) && bounded(maximum)) return `${schema.type}, ${minimum} to ${maximum}`
  if (bounded(minimum)) return `${schema.type}, at least ${minimum}`
  if (bounded(maximum)) return `${schema.type}, at most ${maximum}`
  if (schema.type === "array") return `list of ${schema.items ? values(schema.items) : "values"}`
  return schema.type ?? "any"
}

function rows(section: JsonSchema, prefix: string): string[] {
  return Object.entries(section.properties ?? {}).flatMap(([name, schema]) => {
    const path = prefix ? `${prefix}.${name}` : name
    if (schema.properties) return rows(schema, path)
    const fallback = schema.default === undefined ? "" : `\`${JSON.stringify(schema.default)}\``
    const description = (schema.description ?? "").replaceAll("|", "\\|")
    return [`| \`${path}\` | ${values(schema)} | ${fallback} | ${description} |`]
  })
}

const table = (section: JsonSchema, prefix: string) =>
  ["| option | values | default | what it does |", "|---|---|---|---|", ...rows(section, prefix)].join("\n")

const schema = z.toJSONSchema(optionsSchema, { io: "output" }) as JsonSchema
const entries = Object.entries(schema.properties ?? {})
const single = entries.filter(([, { properties }]) => !properties)
const sections = [
  `## Processes that share the work\n\n${table({ properties: Object.fromEntries(single) }, "")}`,
  ...entries
    .filter(([, { properties }]) => properties)
    .map(([name, section]) => `## ${name}\n\n${table(section, name)}`),
]

const page = `# Options

<!-- Made by \`npx tsx scripts/options-doc.ts\` from src/modules/personalization/options.ts. -->

All options have a default. They are validated once when Medusa starts: a wrong one stops the start with its name and the
remedy. They go into \`medusa-config\`, beside the plugin's name:

\`\`\`js
module.exports = defineConfig({
  plugins: [{ resolve: "medusa-plugin-personalization", options: { events: { retentionDays: 60 } } }],
})
\`\`\`

${sections.join("\n\n")}
`

if (!process.argv.includes("--check")) writeFileSync(PAGE, page)
else if (readFileSync(PAGE, "utf8") !== page) {
  console.error(
    "options-doc: docs/options.md is not what the schema says; run `npx tsx scripts/options-doc.ts`"
  )
  process.exit(1)
}
