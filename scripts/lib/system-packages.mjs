// What the tests use of the operating system and npm cannot bring: Chromium, servers, and the libraries FAISS is built
// against.
import { existsSync } from "node:fs"
import { run } from "./run.mjs"

/** `present` is a file that the Debian package installs. */
const NEEDED = [
  { name: "chromium", present: ["/usr/bin/chromium"], for: "browser tests" },
  { name: "libfaiss-dev", present: ["/usr/include/faiss/Index.h"], for: "FAISS tests" },
  {
    name: "libopenblas-dev",
    present: [
      "/usr/include/x86_64-linux-gnu/openblas-pthread/cblas.h",
      "/usr/include/aarch64-linux-gnu/openblas-pthread/cblas.h",
    ],
    for: "FAISS tests",
  },
  { name: "g++", present: ["/usr/bin/g++"], for: "FAISS tests" },
  { name: "redis-server", present: ["/usr/bin/redis-server"], for: "service tests" },
  // Its mock broker is for where a real one cannot be had, which needs Java and Maven.
  { name: "kcat", present: ["/usr/bin/kcat"], for: "Kafka tests" },
  { name: "openjdk-17-jre-headless", present: ["/usr/bin/java"], for: "Kafka tests" },
  { name: "maven", present: ["/usr/bin/mvn"], for: "Kafka tests" },
]

const missing = (purposes) =>
  NEEDED.filter((item) => purposes.includes(item.for) && !item.present.some((file) => existsSync(file)))

/**
 * In CI installs what is missing with apt-get; elsewhere only says what will be skipped for lack of it.
 * @param {{ purposes: string[], install: boolean, say: (line: string) => void }} options
 *   `purposes`: which of the tests named above to equip
 * @returns {Promise<Set<string>>} the purposes that lack something
 * @throws Error when `install` is asked for and cannot be done
 */
export async function systemPackages({ purposes, install, say }) {
  const absent = missing(purposes)
  if (absent.length === 0) return new Set()
  const names = absent.map((item) => item.name)
  if (!install) {
    const unequipped = new Set(absent.map((item) => item.for))
    for (const purpose of unequipped) {
      const needed = absent.filter((item) => item.for === purpose).map((item) => item.name)
      say(`${purpose} are skipped: apt-get install ${needed.join(" ")}`)
    }
    return unequipped
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      `CI needs ${names.join(", ")}, and apt-get needs root: add them to the image or run as root`
    )
  }
  say(`apt-get install ${names.join(" ")}`)
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...names]]) {
    const { code, output } = await run("apt-get", args, {
      env: { DEBIAN_FRONTEND: "noninteractive" },
      timeoutMs: 10 * 60_000,
    })
    if (code !== 0) throw new Error(`apt-get ${args[0]} failed:\n${output.slice(-2_000)}`)
  }
  const still = missing(purposes).map((item) => item.name)
  if (still.length > 0)
    throw new Error(`apt-get installed ${names.join(", ")}, yet ${still.join(", ")} cannot be found`)
  return new Set()
}
