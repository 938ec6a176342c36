import { createHash } from "node:crypto"
import { endianness } from "node:os"
import type { Artifact, TypedArray } from "./artifact"
import { PersonalizationError } from "./errors"
import { finish, type Steps } from "./steps"

/**
 * Layout: magic (8 bytes), header length (uint32), 4 bytes of padding, header (JSON, UTF-8), then every array at
 * a multiple of 8, and at the end the SHA-256 of all before it. Numbers are little-endian.
 */
const MAGIC = "MPART001"
const PREFIX = 16
const CHECKSUM = 32
const ALIGNMENT = 8
/** Bytes that are looked at in one step: about 1 ms for their hash, less to copy them. */
const STEP = 1 << 20

const TYPES = { Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array } as const
type TypeName = keyof typeof TYPES

interface Header {
  meta: Record<string, unknown>
  arrays: { name: string; type: TypeName; length: number }[]
}

const aligned = (offset: number): number => Math.ceil(offset / ALIGNMENT) * ALIGNMENT
const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest()

const bytesOf = (array: TypedArray): Uint8Array =>
  new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength)

/** Reverses the bytes of each number in place; only big-endian machines need it. */
function toLittleEndian(bytes: Uint8Array, width: number): void {
  if (width === 1 || endianness() === "LE") return
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse()
}

function typeName(array: TypedArray): TypeName {
  const name = (Object.keys(TYPES) as TypeName[]).find((type) => array instanceof TYPES[type])
  if (!name)
    throw new PersonalizationError("invalid_input", "artifact: an array has a type that cannot be kept")
  return name
}

/** One artifact as bytes, the same on every machine. Names are sorted, so that equal content gives equal bytes. */
export function encodeArtifact(artifact: Artifact): Buffer {
  const names = Object.keys(artifact.arrays).sort()
  const arrays = names.map((name) => artifact.arrays[name])
  const header: Header = {
    meta: artifact.meta,
    arrays: arrays.map((array, i) => ({ name: names[i], type: typeName(array), length: array.length })),
  }
  const json = Buffer.from(JSON.stringify(header))
  const starts: number[] = []
  let end = PREFIX + json.length
  for (const array of arrays) {
    starts.push(aligned(end))
    end = aligned(end) + array.byteLength
  }
  const bytes = Buffer.alloc(end + CHECKSUM)
  bytes.write(MAGIC, 0, "latin1")
  bytes.writeUInt32LE(json.length, MAGIC.length)
  json.copy(bytes, PREFIX)
  arrays.forEach((array, i) => {
    bytes.set(bytesOf(array), starts[i])
    toLittleEndian(bytes.subarray(starts[i], starts[i] + array.byteLength), array.BYTES_PER_ELEMENT)
  })
  sha256(bytes.subarray(0, end)).copy(bytes, end)
  return bytes
}

/** @throws PersonalizationError `corrupt_artifact` when a single bit is not as it was written */
export function decodeArtifact(bytes: Uint8Array): Artifact {
  return finish(decodeInSteps(bytes))
}

/** The same, a megabyte at a time. */
export function* decodeInSteps(bytes: Uint8Array): Steps<Artifact> {
  const corrupt = (why: string, cause?: unknown) =>
    new PersonalizationError("corrupt_artifact", `artifact: ${why}; train again or roll back`, { cause })
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.length < PREFIX + CHECKSUM || view.toString("latin1", 0, MAGIC.length) !== MAGIC)
    throw corrupt("not in a known format")
  const end = view.length - CHECKSUM
  const hash = createHash("sha256")
  for (let at = 0; at < end; at += STEP) {
    hash.update(view.subarray(at, Math.min(end, at + STEP)))
    yield
  }
  if (!hash.digest().equals(view.subarray(end))) throw corrupt("the checksum does not fit")
  try {
    const from = PREFIX + view.readUInt32LE(MAGIC.length)
    const header = JSON.parse(view.toString("utf8", PREFIX, from)) as Header
    const artifact: Artifact = { meta: header.meta, arrays: {} }
    let offset = from
    for (const { name, type, length } of header.arrays) {
      // A copy: arrays of wide numbers must lie aligned in their buffer, and a database driver's do not.
      const array = new TYPES[type](length)
      offset = aligned(offset)
      for (let at = 0; at < array.byteLength; at += STEP) {
        const to = Math.min(array.byteLength, at + STEP)
        bytesOf(array).set(view.subarray(offset + at, offset + to), at)
        yield
      }
      toLittleEndian(bytesOf(array), array.BYTES_PER_ELEMENT)
      offset += array.byteLength
      artifact.arrays[name] = array
    }
    return artifact
  } catch (cause) {
    throw corrupt("the header cannot be read", cause)
  }
}
