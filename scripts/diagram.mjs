// Writes the part of docs/architecture.md that is made from the stages; `--check` only says whether it is up to date.
import { readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..")
const PAGE = join(ROOT, "docs/architecture.md")
const OPEN = /<!-- stages: [^>]*-->\n/
const CLOSE = "<!-- /stages -->"

/** @type {{ name: string, does: string }[]} */
const stages = createRequire(import.meta.url)("../src/services/stages.cjs")

const arrow = (from, to) => `    ${from} --> ${to}`
const diagram = [
  "```mermaid",
  "flowchart TB",
  '  front["storefront SDK, Medusa events"]',
  '  subgraph services["src/services: each stage imports only those before it"]',
  "    direction TB",
  ...stages.map((stage) => `    ${stage.name}["<b>${stage.name}</b><br>${stage.does}"]`),
  ...stages.slice(1).map((stage, i) => arrow(stages[i].name, stage.name)),
  "  end",
  '  adapters["src/adapters: PostgreSQL, memory, FAISS, …"]',
  '  compose["compose.ts"]',
  '  edge["src/api, subscribers, jobs, admin, CLI"]',
  "  front --> edge --> compose",
  "  compose -- wires --> services",
  "  compose -- creates --> adapters",
  "  adapters -. fill the ports of .-> services",
  "```",
].join("\n")

const table = [
  "| stage | says | may import |",
  "|---|---|---|",
  ...stages.map((stage, i) => {
    const earlier = stages.slice(0, i).map((other) => `\`${other.name}\``)
    return `| \`${stage.name}\` | ${stage.does} | ${earlier.join(", ") || "nothing"} |`
  }),
].join("\n")

const page = readFileSync(PAGE, "utf8")
const open = OPEN.exec(page)
const end = page.indexOf(CLOSE)
if (!open || end < 0) throw new Error(`docs/architecture.md has lost its marks ${OPEN} and ${CLOSE}`)
const start = open.index + open[0].length
const updated = `${page.slice(0, start)}\n${diagram}\n\n${table}\n\n${page.slice(end)}`

if (!process.argv.includes("--check")) writeFileSync(PAGE, updated)
else if (updated !== page) {
  console.error("diagram: docs/architecture.md does not show the stages as they are; run `npm run diagram`")
  process.exit(1)
}
