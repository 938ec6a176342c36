// Makes faiss-node usable where its prebuilt binary cannot be downloaded: builds the binding of the npm package
// against Debian's libfaiss-dev and lets npm install it from there. package.json and the lock stay as they are.
//
//   node scripts/build-faiss.mjs           builds (once; kept in .cache/faiss-node) and installs when it does not load
//   node scripts/build-faiss.mjs --check   says whether faiss-node loads; exit code 0 or 1
import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = join(dirname(fileURLToPath(import.meta.url)), "..")
const cache = join(root, ".cache/faiss-node")
const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages[
  "node_modules/faiss-node"
]
const APT_PACKAGES = ["g++", "libfaiss-dev", "libopenblas-dev"]
const HEADER_PACKAGES = ["node-addon-api@8.5.0", "node-api-headers@1.5.0"]
const DEFINES = ["NAPI_VERSION=8", "NODE_GYP_MODULE_NAME=faiss_node", "NODE_ADDON_API_CPP_EXCEPTIONS_ALL"]
const FLAGS = ["-std=c++17", "-O3", "-fPIC", "-shared", "-fopenmp", ...DEFINES.map((name) => `-D${name}`)]
const LIBRARIES = ["-lfaiss", "-lopenblas"]

class Unusable extends Error {}

function run(command, args, options = {}) {
  return execFileSync(command, args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
  })
}

/** Undefined when faiss-node finds a planted neighbour, else why not; tried in a process of its own, for it may abort. */
function problem() {
  const probe =
    "const { IndexFlatIP } = require('faiss-node'); const i = new IndexFlatIP(2); i.add([1, 0, 0, 1]);" +
    "if (i.search([0, 1], 1).labels[0] !== 1) throw new Error('faiss-node finds the wrong neighbour')"
  try {
    run(process.execPath, ["-e", probe])
    return undefined
  } catch (error) {
    return (
      String(error.stderr ?? error).match(/^\w*Error: .*$/m)?.[0] ?? `exit ${error.status ?? error.signal}`
    )
  }
}

function hasApt(name) {
  try {
    return run("dpkg-query", ["-W", "-f=${Status}", name]).includes("install ok installed")
  } catch {
    return false
  }
}

function installLibraries() {
  const missing = APT_PACKAGES.filter((name) => !hasApt(name))
  if (missing.length === 0) return
  const command = `apt-get install -y --no-install-recommends ${missing.join(" ")}`
  if (process.platform !== "linux" || !existsSync("/usr/bin/apt-get")) {
    throw new Unusable(
      'this build needs Debian or Ubuntu; elsewhere use faiss-node\'s own binary or the option `retrieval.index: "exact"`'
    )
  }
  if (process.getuid() !== 0) throw new Unusable(`as root, run: apt-get update && ${command}`)
  console.log(command)
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" }
  run("apt-get", ["update", "-qq"], { env, stdio: "inherit" })
  run("apt-get", command.split(" ").slice(1), { env, stdio: ["ignore", "ignore", "inherit"] })
}

/** Downloads a package through npm and unpacks it; an integrity, where known, must match. */
function fetchPackage(spec, into, integrity) {
  mkdirSync(into, { recursive: true })
  const [packed] = JSON.parse(run("npm", ["pack", spec, "--json", "--pack-destination", into]))
  if (integrity && packed.integrity !== integrity)
    throw new Unusable(`${spec} is not what package-lock.json names`)
  run("tar", ["xzf", join(into, packed.filename), "-C", into])
  return join(into, "package")
}

/** Version of the installed libfaiss, e.g. [1, 7, 3]. */
function faissVersion() {
  const header = readFileSync("/usr/include/faiss/Index.h", "utf8")
  return ["MAJOR", "MINOR", "PATCH"].map((part) => Number(header.match(`FAISS_VERSION_${part} (\\d+)`)[1]))
}

/** The directory with the archive that prebuild-install looks for; built when this very build is not there yet. */
function prebuilds() {
  const version = faissVersion()
  const inputs = [lock.version, lock.integrity, version, HEADER_PACKAGES, FLAGS, LIBRARIES, process.arch]
  const stamp = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 12)
  const directory = join(cache, stamp, "prebuilds")
  const name = `faiss-node-v${lock.version}-napi-v8-linux-${process.arch}.tar.gz`
  if (existsSync(join(directory, name))) return directory

  console.log(`building faiss-node ${lock.version} against libfaiss ${version.join(".")} …`)
  const work = join(cache, `${stamp}.${process.pid}`)
  rmSync(work, { recursive: true, force: true })
  const source = join(
    fetchPackage(`faiss-node@${lock.version}`, join(work, "source"), lock.integrity),
    "src/faiss.cc"
  )
  const includes = HEADER_PACKAGES.map((spec, i) => fetchPackage(spec, join(work, `headers-${i}`)))
  const [major, minor, patch] = version
  if (major === 1 && (minor < 7 || (minor === 7 && patch < 4))) {
    // Before 1.7.4 the index type is a member of faiss::Index.
    const text = readFileSync(source, "utf8")
    writeFileSync(source, text.replace("using idx_t = faiss::idx_t", "using idx_t = faiss::Index::idx_t"))
  }
  mkdirSync(join(work, "build/Release"), { recursive: true })
  const includeFlags = [`-I${includes[0]}`, `-I${includes[1]}/include`]
  const output = ["-o", join(work, "build/Release/faiss-node.node")]
  run("g++", [...FLAGS, ...includeFlags, source, ...output, ...LIBRARIES], {
    stdio: ["ignore", "inherit", "inherit"],
  })
  mkdirSync(join(work, "prebuilds"))
  run("tar", ["czf", join(work, "prebuilds", name), "-C", work, "build/Release/faiss-node.node"])
  rmSync(join(cache, stamp), { recursive: true, force: true })
  mkdirSync(join(cache, stamp))
  renameSync(join(work, "prebuilds"), directory)
  rmSync(work, { recursive: true, force: true })
  return directory
}

/** Lets npm put in what the lock names and is missing; with the archive at hand faiss-node's install succeeds. */
function install(directory) {
  console.log("installing faiss-node …")
  rmSync(join(root, "node_modules/faiss-node"), { recursive: true, force: true })
  run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--prefer-offline"], {
    env: { ...process.env, npm_config_faiss_node_local_prebuilds: directory },
  })
}

try {
  let reason = problem()
  if (reason && !process.argv.includes("--check")) {
    installLibraries()
    install(prebuilds())
    reason = problem()
  }
  if (reason) throw new Unusable(reason)
  console.log("faiss-node loads")
} catch (error) {
  console.error(
    `faiss-node does not load: ${error instanceof Unusable ? error.message : (error.stderr ?? error)}`
  )
  process.exitCode = 1
}
