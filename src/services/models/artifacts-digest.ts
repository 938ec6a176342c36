import { createHash } from "node:crypto"
import type { Artifact } from "../lib"

/** First 16 hex digits of a sha256 over configuration and artifacts; equal content gives an equal version. */
export function artifactsDigest(
  artifacts: Record<string, Artifact>,
  config: Record<string, unknown>
): string {
  const hash = createHash("sha256").update(sortedJson(config))
  for (const name of Object.keys(artifacts).sort()) {
    const { meta, arrays } = artifacts[name]
    hash.update(name).update(sortedJson(meta))
    for (const key of Object.keys(arrays).sort()) {
      const { buffer, byteOffset, byteLength } = arrays[key]
      hash.update(key).update(new Uint8Array(buffer, byteOffset, byteLength))
    }
  }
  return hash.digest("hex").slice(0, 16)
}

/** JSON with sorted keys. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner
  )
}
