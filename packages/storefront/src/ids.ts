let latest = 0
let counter = 0

/**
 * UUIDv7 (RFC 9562): 48 bits of milliseconds, 12 bits that count within one millisecond, the rest from
 * the cryptographic source. Sorts in the order of creation.
 */
export function uuidv7(now = Date.now()): string {
  counter = now === latest ? counter + 1 : 0
  latest = now
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let i = 5, time = now; i >= 0; i--, time = Math.floor(time / 256)) bytes[i] = time % 256
  bytes[6] = 0x70 | ((counter >> 8) & 0x0f)
  bytes[7] = counter & 0xff
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-")
}

/** Uniform in [0, 1), from the cryptographic source. */
export const randomUnit = (): number => crypto.getRandomValues(new Uint32Array(1))[0]! / 2 ** 32
