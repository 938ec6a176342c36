/** Builds dist/: ESM and CommonJS by Vite, declarations by tsc, and prints what a shop pays for them in kB. */
import { execFileSync } from "node:child_process"
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { build, transformWithEsbuild } from "vite"

const root = dirname(fileURLToPath(import.meta.url))
const dist = join(root, "dist")
const require = createRequire(import.meta.url)

rmSync(dist, { recursive: true, force: true })
await build({
  root,
  configFile: false,
  logLevel: "warn",
  build: {
    target: "es2022",
    minify: false,
    lib: {
      entry: { index: "src/index.ts", react: "src/react/index.ts" },
      formats: ["es", "cjs"],
      fileName: (format, name) => `${name}.${format === "es" ? "js" : "cjs"}`,
    },
    rollupOptions: { external: ["react", "react/jsx-runtime"] },
  },
})
copyFileSync(join(root, "src/react/styles.css"), join(dist, "styles.css"))

const tsc = join(dirname(require.resolve("typescript/package.json")), "bin/tsc")
execFileSync(process.execPath, [tsc, "-p", join(root, "tsconfig.json")], { stdio: "inherit" })
declareBothKinds(dist)

// What both entries share lies in a chunk of its own, which counts as part of the core.
const scripts = readdirSync(dist).filter((file) => file.endsWith(".js"))
await report(
  "core",
  scripts.filter((file) => file !== "react.js"),
  5
)
await report("React layer", ["react.js"], 4)
await report("styles", ["styles.css"], 2)

/** Node's resolution wants file extensions in declarations, and a .d.cts for each CommonJS entry. */
function declareBothKinds(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) declareBothKinds(path)
    if (!entry.name.endsWith(".d.ts")) continue
    const text = readFileSync(path, "utf8")
    const extended = (extension) => text.replace(/(from ")(\.{1,2}\/[^"]+)(")/g, `$1$2${extension}$3`)
    writeFileSync(path, extended(".js"))
    writeFileSync(path.replace(/\.d\.ts$/, ".d.cts"), extended(".cjs"))
  }
}

async function report(name, files, limit) {
  const minified = files.map(async (file) => {
    const text = readFileSync(join(dist, file), "utf8")
    return (await transformWithEsbuild(text, file, { minify: true, legalComments: "none" })).code
  })
  const kilobytes = gzipSync((await Promise.all(minified)).join(""), { level: 9 }).length / 1000
  console.log(`${name}: ${kilobytes.toFixed(2)} kB minified and gzipped (goal: at most ${limit})`)
}
