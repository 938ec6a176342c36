/**
 * Who may import whom. Made from the order in src/services/stages.cjs; docs/architecture.md shows it.
 * Each rule's comment says what to do instead. scripts/boundaries.mjs runs this and proves that every rule bites.
 */
const STAGES = require("./src/services/stages.cjs").map((stage) => stage.name)

/** Files that are not shipped: they may look at what they test. */
const TEST = "/__tests__/|\\.(test|spec)\\.tsx?$|\\.contract\\.ts$|^src/services/testing/"
/**
 * compose.ts wires, with compose-events.ts and shared.ts as its parts. storage.ts and train-worker*.ts are the parts of it that the training worker uses without an engine,
 * migrations.ts what `medusa db:migrate` calls before there is one. `evaluate` measures models on files, without a shop; serve/compose.ts adds the reader of Medusa's tables.
 */
const COMPOSITION = [
  "^src/modules/personalization/(compose[\\w-]*|shared|storage|migrations|train-worker[\\w-]*)\\.ts$",
  "^src/serve/compose\\.ts$",
  "^src/cli/evaluate[\\w-]*\\.ts$",
]

/** Node's own modules reach dependency-cruiser with and without the `node:` prefix. */
const nodeModules = (names) => `^(node:)?(${names.join("|")})(/|$)`
const npmPackages = (names) => `(^|node_modules/)(${names.join("|")})(/|$)`

const NETWORK_AND_PROCESS = ["net", "tls", "dgram", "dns", "http", "https", "http2", "fs", "child_process"]
const IMPURE_NODE = [...NETWORK_AND_PROCESS, "worker_threads", "cluster"]
const DRIVERS = [
  "@medusajs",
  "@mikro-orm",
  "@tensorflow",
  "typeorm",
  "pg",
  "pg-[^/]+",
  "ioredis",
  "kafkajs",
  "faiss-node",
  "onnxruntime-[^/]+",
  "sharp",
  "@huggingface",
  "@energetic-ai",
  "prom-client",
]

/** A stage sees itself and the `index.ts` of the stages before it. */
const stageRules = STAGES.map((stage, position) => {
  const earlier = STAGES.slice(0, position)
  const allowed = [
    `^src/services/${stage}/`,
    ...(earlier.length ? [`^src/services/(${earlier.join("|")})/index\\.ts$`] : []),
  ]
  const first = `\`${stage}\` comes first and imports no other stage`
  const later = `\`${stage}\` may import ${earlier.join(", ")}, each through its index.ts`
  return {
    name: `stage-${stage}`,
    severity: "error",
    comment:
      `${earlier.length ? later : first}. Export what you need from that index.ts; if you need a later stage, ` +
      "take it as an argument (a port) and let compose.ts pass it.",
    from: { path: `^src/services/${stage}/` },
    to: { path: "^src/services/", pathNot: [...allowed, "^src/services/testing/"] },
  }
})

const rules = [
  ...stageRules,
  {
    name: "testing-is-for-tests",
    severity: "error",
    comment:
      "src/services/testing holds contract suites and is imported by tests only. Move what the product needs into a stage.",
    from: { path: "^(src|packages)/", pathNot: TEST },
    to: { path: "^src/services/testing/" },
  },
  {
    name: "services-import-only-services",
    severity: "error",
    comment:
      "src/services knows nothing outside itself. Describe what you need as a port (x.port.ts) in the stage and fill it in " +
      "src/adapters. Tests may use the memory adapters.",
    from: { path: "^src/services/" },
    to: {
      path: "^(src|packages|examples|migrations)/",
      pathNot: ["^src/services/", "^src/adapters/memory/"],
    },
  },
  {
    name: "services-import-no-memory-adapter",
    severity: "error",
    comment: "Only tests of src/services use the memory adapters. Take the port as an argument instead.",
    from: { path: "^src/services/", pathNot: TEST },
    to: { path: "^src/adapters/memory/" },
  },
  {
    name: "services-are-pure",
    severity: "error",
    comment:
      "src/services imports no framework, driver, network, file system, process or thread. Write a port in the stage and an " +
      "adapter in src/adapters/<technology>.",
    from: { path: "^src/services/", pathNot: TEST },
    to: { path: [npmPackages(DRIVERS), nodeModules(IMPURE_NODE)] },
  },
  {
    name: "adapters-know-ports-only",
    severity: "error",
    comment:
      "An adapter imports src/services/<stage>/index.ts and its own folder; it never sees modules, routes or the CLI. Pass " +
      "what it needs to its constructor in compose.ts.",
    from: { path: "^src/adapters/([^/]+)/", pathNot: TEST },
    to: {
      path: "^(src|packages|examples)/",
      pathNot: [
        "^src/adapters/$1/",
        // Helpers that several technologies share: finding a worker's entry, and the portable index.
        "^src/adapters/(node|wasm)/",
        "^src/services/[^/]+/index\\.ts$",
        "^src/services/testing/",
      ],
    },
  },
  {
    name: "only-compose-wires",
    severity: "error",
    comment:
      "Only src/modules/personalization/compose.ts and its parts (storage.ts, train-worker*.ts, migrations.ts) may import an adapter. " +
      "Ask for the port and take the engine that compose.ts returns.",
    from: { path: "^(src|packages)/", pathNot: [TEST, "^src/(adapters|services)/", ...COMPOSITION] },
    to: { path: "^src/adapters/" },
  },
  {
    name: "admin-runs-in-the-browser",
    severity: "error",
    comment:
      "src/admin is bundled for the browser: from the rest of src take types only, and ask the admin API for data.",
    from: { path: "^src/admin/", pathNot: TEST },
    to: { path: "^src/(?!admin/)", dependencyTypesNot: ["type-only"] },
  },
  {
    name: "storefront-stands-alone",
    severity: "error",
    comment:
      "packages/storefront is its own npm package without dependencies: copy a type rather than import it from src.",
    from: { path: "^packages/storefront/src/", pathNot: TEST },
    to: { path: ["^(src|examples)/", "node_modules/"], pathNot: "node_modules/(@types/)?react(-dom)?/" },
  },
  {
    name: "shipped-code-is-complete",
    severity: "error",
    comment:
      "src and migrations are what npm pack ships: they may not reach into the rest of the repository. Move the code into src.",
    from: { path: "^(src|migrations)/", pathNot: TEST },
    to: { path: "^(packages|examples|integration-tests|benchmark|scripts|assembly)/" },
  },
  {
    name: "shipped-dependencies",
    severity: "error",
    comment:
      "A package that is only in devDependencies, or not in package.json at all, is absent in a merchant's store. Put it into dependencies, or peerDependencies " +
      "when Medusa brings it.",
    from: { path: "^(src|migrations)/", pathNot: TEST },
    to: { dependencyTypes: ["npm-dev", "npm-no-pkg"], dependencyTypesNot: ["npm-peer", "type-only"] },
  },
  {
    name: "no-cycles",
    severity: "error",
    comment: "Two files that import each other are one file in two places. Move what both need into a third.",
    from: { path: "^(src|packages|migrations)/" },
    to: { circular: true },
  },
  {
    name: "everything-resolves",
    severity: "error",
    comment:
      "This import leads nowhere, so no rule can judge it. Correct the path, or add the package to package.json.",
    from: { path: "^(src|packages|migrations)/" },
    to: { couldNotResolve: true, pathNot: "^(virtual:|faiss-node$)" },
  },
]

module.exports = {
  forbidden: rules,
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|\\.medusa|\\.demo)/" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      mainFields: ["module", "main", "types", "typings"],
    },
  },
}
