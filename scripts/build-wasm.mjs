// Compiles the kernels of assembly/ into source files. Each module is kept as base64 in a source file, so that it is
// found alike from TypeScript sources, from the compiled package and from tests, without a path.
// `--check` compares instead of writing and exits 1 when a committed file is out of date.
import { readFile, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import asc from "assemblyscript/asc"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")

const KERNELS = [
  { source: "assembly/index.ts", target: "src/adapters/wasm/kernel.wasm.ts", flags: [] },
  {
    source: "assembly/models.ts",
    target: "src/services/lib/kernels/kernels.wasm.ts",
    // Threads share the memory, whose limit (65,536 pages are 4 GB) is part of the module then.
    flags: ["--enable", "threads", "--sharedMemory", "--initialMemory", "1", "--maximumMemory", "65536"],
  },
]

async function compile({ source, flags }) {
  const files = {}
  const { error, stderr } = await asc.main(
    [
      source,
      ...["--outFile", "kernel.wasm", "--runtime", "stub", "--importMemory", "--noAssert"],
      ...["-O3", "--converge", "--enable", "simd", ...flags],
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

function moduleText(wasm, source) {
  const lines = wasm.toString("base64").match(/.{1,100}/g)
  return [
    "/**",
    ` * The kernel of ${source}, compiled: base64 of a WebAssembly module.`,
    " * Made by `npm run build:wasm`; do not edit.",
    " */",
    "export const KERNEL_WASM = [",
    ...lines.map((line) => `  "${line}",`),
    '].join("")',
    "",
  ].join("\n")
}

for (const kernel of KERNELS) {
  const { source, target } = kernel
  const text = moduleText(await compile(kernel), source)
  const committed = await readFile(join(root, target), "utf8").catch(() => "")
  if (!process.argv.includes("--check")) {
    if (text !== committed) await writeFile(join(root, target), text)
    console.log(`${text === committed ? "unchanged" : "written"}: ${target}`)
  } else if (text !== committed) {
    console.error(`${target} is out of date with assembly/: run \`npm run build:wasm\`.`)
    process.exitCode = 1
  }
}
