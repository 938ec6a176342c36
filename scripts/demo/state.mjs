/** What a start remembers for the next one: stamps of what was built from which sources, secrets, set-up done. */
import { createHash, randomBytes } from "node:crypto"
import fs from "node:fs"
import path from "node:path"

export class State {
  /** @param {string} folder the demo's folder */
  constructor(folder) {
    this.file = path.join(folder, "state.json")
    fs.mkdirSync(folder, { recursive: true })
    this.data = fs.existsSync(this.file) ? JSON.parse(fs.readFileSync(this.file, "utf8")) : {}
    this.data.secrets ??= { jwt: randomBytes(24).toString("hex"), cookie: randomBytes(24).toString("hex") }
  }

  /** Is `what` still what it was made from? */
  isCurrent = (what, stamp) => this.data.stamps?.[what] === stamp

  /** Remembers, at once and atomically, that `what` was made. */
  set(what, stamp) {
    this.data.stamps = { ...this.data.stamps, [what]: stamp }
    this.#save()
  }

  #save() {
    fs.writeFileSync(`${this.file}.new`, JSON.stringify(this.data, null, 2), { mode: 0o600 })
    fs.renameSync(`${this.file}.new`, this.file)
  }
}

const IGNORED = /(^|\/)(node_modules|dist|\.medusa|\.demo)(\/|$)|\.(test|spec)\.tsx?$/

/** Hash of all files below the paths given, relative to `root`; tests and build output do not count. */
export function stampOf(root, paths) {
  const hash = createHash("sha256").update(process.version)
  const visit = (relative) => {
    const full = path.join(root, relative)
    if (IGNORED.test(relative) || !fs.existsSync(full)) return
    if (fs.statSync(full).isDirectory()) {
      for (const name of fs.readdirSync(full).sort()) visit(path.posix.join(relative, name))
    } else hash.update(`${relative}\0`).update(fs.readFileSync(full))
  }
  paths.forEach(visit)
  return hash.digest("hex")
}
