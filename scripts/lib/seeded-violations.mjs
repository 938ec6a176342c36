/**
 * A small repository in which every boundary rule is broken once.
 * @param {string[]} stages in their order
 * @returns {{ files: Record<string, string>, expected: [rule: string, file: string][], allowed: string[] }}
 *   paths and contents to write, which rule has to report which file, and files that no rule may report
 */
export function seededViolations(stages) {
  /** @type {Record<string, string>} */
  const files = {
    "package.json": JSON.stringify({
      name: "seeded",
      dependencies: { typeorm: "*" },
      devDependencies: { vite: "*" },
    }),
    "src/adapters/memory/memory-log.ts": "export const log = 1\n",
    "src/adapters/postgres/postgres-log.ts": "export const log = 1\n",
    "src/services/testing/log.contract.ts": "export const contract = 1\n",
    "scripts/helper.ts": "export const helper = 1\n",
  }
  for (const name of ["typeorm", "vite", "lodash"]) {
    files[`node_modules/${name}/package.json`] = JSON.stringify({ name, version: "1.0.0", main: "index.js" })
    files[`node_modules/${name}/index.js`] = "module.exports = {}\n"
  }
  for (const stage of stages) {
    files[`src/services/${stage}/index.ts`] = 'export * from "./inner"\n'
    files[`src/services/${stage}/inner.ts`] = `export const ${stage} = 1\n`
  }

  /** @type {[string, string][]} */
  const expected = []
  const seed = (rule, path, text) => {
    files[path] = text
    expected.push([rule, path])
  }

  stages.forEach((stage, position) => {
    const next = stages[position + 1]
    if (next) seed(`stage-${stage}`, `src/services/${stage}/looks-ahead.ts`, `import "../${next}"\n`)
    const previous = stages[position - 1]
    if (previous) {
      seed(
        `stage-${stage}`,
        `src/services/${stage}/past-the-index.ts`,
        `import type {} from "../${previous}/inner"\n`
      )
    }
  })
  seed("testing-is-for-tests", "src/services/events/uses-suite.ts", 'import "../testing/log.contract"\n')
  seed(
    "services-import-only-services",
    "src/services/events/uses-driver.ts",
    'import "../../adapters/postgres/postgres-log"\n'
  )
  seed(
    "services-import-no-memory-adapter",
    "src/services/events/uses-memory.ts",
    'import "../../adapters/memory/memory-log"\n'
  )
  seed("services-are-pure", "src/services/events/uses-typeorm.ts", 'import "typeorm"\n')
  seed("services-are-pure", "src/services/events/uses-fs.ts", 'import "node:fs/promises"\n')
  seed(
    "services-are-pure",
    "src/services/events/uses-http-lazily.ts",
    'export const http = () => import("http")\n'
  )
  seed(
    "adapters-know-ports-only",
    "src/adapters/redis/uses-sibling.ts",
    'import "../postgres/postgres-log"\n'
  )
  seed(
    "adapters-know-ports-only",
    "src/adapters/redis/past-the-index.ts",
    'import "../../services/events/inner"\n'
  )
  seed("only-compose-wires", "src/api/store/route.ts", 'import "../../adapters/memory/memory-log"\n')
  seed("admin-runs-in-the-browser", "src/admin/page.tsx", 'import "../services/events"\n')
  seed("storefront-stands-alone", "packages/storefront/src/client.ts", 'import "lodash"\n')
  seed("shipped-code-is-complete", "src/cli/index.ts", 'import "../../scripts/helper"\n')
  seed("shipped-dependencies", "src/cli/build.ts", 'import "vite"\n')
  seed("shipped-dependencies", "src/cli/stowaway.ts", 'import "lodash"\n')
  seed("no-cycles", "src/cli/a.ts", 'import "./b"\n')
  files["src/cli/b.ts"] = 'import type {} from "./a"\n'
  seed("everything-resolves", "src/cli/lost.ts", 'import "./not-there"\n')

  // What is allowed must stay allowed.
  const allowed = {
    "src/modules/personalization/compose.ts": 'import "../../adapters/postgres/postgres-log"\n',
    "src/adapters/postgres/types.ts": 'import "typeorm"\nimport type {} from "../../services/events"\n',
    "src/services/events/log.test.ts":
      'import "../testing/log.contract"\nimport "../../adapters/memory/memory-log"\n',
    "src/services/events/uses-lib.ts": 'import "../lib"\nimport "./inner"\nimport "node:crypto"\n',
    "src/admin/types.ts": 'import type {} from "../services/events"\n',
  }
  return { files: { ...files, ...allowed }, expected, allowed: Object.keys(allowed) }
}
