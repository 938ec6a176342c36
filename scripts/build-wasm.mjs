// Compiles assembly/index.ts into src/adapters/wasm/kernel.wasm.ts. The module is kept as base64 in a source file,
// so that it is found alike from TypeScript sources, from the compiled package and from tests, without a path.
// `--check` compares instead of writing and exits 1 when the committed file is out of date.
import { readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import asc from "assemblyscript/asc"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const target = join(root, "src/adapters/wasm/kernel.wasm.ts")

async function compile() {
  const files = {}
  const { error, stderr } = await asc.main(
    [
      "assembly/index.ts",
      ...["--outFile", "kernel.wasm", "--runtime", "stub", "--importMemory", "--noAssert"],
      ...["-O3", "--converge", "--enable", "simd"],
    ],
    {
      // The compiler reads from the repository whatever the working directory is.
      readFile: (name, base) => readFile(join(root, base, name), "utf8").catch(() => null),
      writeFile: (name, contents) => void (files[name] = contents),
      listFiles: () => [],
    }
  )
  if (error) throw new Error(`${error.message}\n${stderr.toString()}`)
  return Buffer.from(files["kernel.wasm"])
}

function moduleText(wasm) {
  const lines = wasm.toString("base64").match(/.{1,100}/g)
  return [
    "/**",
    " * The kernel of assembly/index.ts, compiled: base64 of a WebAssembly module.",
    " * Made by `npm run build:wasm`; do not edit.",
    " */",
    "export const KERNEL_WASM = [",
    ...lines.map((line) => `  "${line}",`),
    '].join("")',
    "",
  ].join("\n")
}

const text = moduleText(await compile())
const committed = await readFile(target, "utf8").catch(() => "")
if (!process.argv.includes("--check")) {
  if (text !== committed) await writeFile(target, text)
  console.log(`${text === committed ? "unchanged" : "written"}: src/adapters/wasm/kernel.wasm.ts`)
} else if (text !== committed) {
  console.error("src/adapters/wasm/kernel.wasm.ts is out of date with assembly/: run `npm run build:wasm`.")
  process.exitCode = 1
}
