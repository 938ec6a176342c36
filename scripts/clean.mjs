// Removes the folders named, relative to the repository: `node scripts/clean.mjs .medusa`.
import { rmSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { fileURLToPath } from "node:url"

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..")
for (const name of process.argv.slice(2)) {
  const path = join(ROOT, name)
  const inside = relative(ROOT, path)
  if (!inside || inside.startsWith("..")) throw new Error(`clean: ${name} is not inside the repository`)
  rmSync(path, { recursive: true, force: true })
}
