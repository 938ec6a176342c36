// Makes @tensorflow/tfjs-node where its download of libtensorflow cannot be reached: builds the binding of the npm
// package against the library inside PyPI's tensorflow. Needs python3 with pip, g++ and 3 GB; nothing outside of
// .cache/tfjs-node is touched.
//
//   node scripts/build-tfjs-node.mjs       builds (once), then measures all trainers that are present
import { execFileSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const cache = join(root, ".cache/tfjs-node")
const wheelFolder = join(cache, "wheel")
const library = join(cache, "library")
const name = "node_modules/@tensorflow/tfjs-node"
const packageFolder = join(cache, name)
const { version } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages[name]
const DEFINES = ["-DNAPI_VERSION=8", "-DNODE_GYP_MODULE_NAME=tfjs_binding"]
const SOURCES = ["binding/tfjs_backend.cc", "binding/tfjs_binding.cc"]
const LIBRARIES = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2"]
/** Takes the libraries and the headers of the C interface, and of what these include, out of the wheel. */
const UNPACK = `
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as wheel:
    for entry in wheel.infolist():
        path = entry.filename
        parts = ("tensorflow/c/", "tensorflow/core/platform/", "tsl/", "xla/tsl/", "absl/")
        if path.startswith("tensorflow/libtensorflow") or (
            path.endswith(".h") and any(path.startswith("tensorflow/include/" + part) for part in parts)
        ):
            wheel.extract(entry, sys.argv[2])
`

const run = (command, args, options = {}) =>
  execFileSync(command, args, { cwd: cache, stdio: ["ignore", "inherit", "inherit"], ...options })

function build() {
  mkdirSync(wheelFolder, { recursive: true })
  console.log("downloading tensorflow from PyPI, and @tensorflow/tfjs-node and node-api-headers from npm …")
  run("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", wheelFolder, "tensorflow"])
  const wheel = readdirSync(wheelFolder).find((file) => file.endsWith(".whl"))
  run("python3", ["-c", UNPACK, join(wheelFolder, wheel), library])
  writeFileSync(join(cache, "package.json"), '{ "private": true }\n')
  const packages = [`@tensorflow/tfjs-node@${version}`, "node-api-headers@1.5.0"]
  run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", cache, ...packages])
  const [lib, binding] = ["deps/lib", "lib/napi-v8"].map((folder) => join(packageFolder, folder))
  for (const folder of [lib, binding]) mkdirSync(folder, { recursive: true })
  for (const file of LIBRARIES) symlinkSync(join(library, "tensorflow", file), join(lib, file))
  console.log("compiling the binding …")
  const includes = [join(cache, "node_modules/node-api-headers/include"), join(library, "tensorflow/include")]
  run(
    "g++",
    [
      ...["-std=c++17", "-O2", "-fPIC", "-shared", ...DEFINES],
      ...[...includes, join(packageFolder, "..")].map((folder) => `-I${folder}`),
      ...SOURCES,
      ...["-o", join(binding, "tfjs_binding.node"), `-L${lib}`, ...LIBRARIES.map((file) => `-l:${file}`)],
      "-Wl,-rpath,$ORIGIN/../../deps/lib",
    ],
    { cwd: packageFolder }
  )
  rmSync(wheelFolder, { recursive: true })
}

if (!existsSync(join(packageFolder, "lib/napi-v8/tfjs_binding.node"))) {
  rmSync(cache, { recursive: true, force: true })
  build()
}
run(process.execPath, ["--import", "tsx", "benchmark/models/trainers.ts"], {
  cwd: root,
  env: { ...process.env, NODE_PATH: join(cache, "node_modules"), TF_CPP_MIN_LOG_LEVEL: "3" },
})
