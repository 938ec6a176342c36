/** The fingerprint of the empty string; also the polynomial. */
const EMPTY = 0xc15d213aa4d7a795n

const TABLE = BigUint64Array.from({ length: 256 }, (_, byte) => {
  let value = BigInt(byte)
  for (let bit = 0; bit < 8; bit++) value = (value >> 1n) ^ (EMPTY & -(value & 1n))
  return BigInt.asUintN(64, value)
})

/**
 * CRC-64-AVRO (Rabin) of a schema's parsing canonical form: 8 bytes, little-endian, as single-object encoding has it.
 * https://avro.apache.org/docs/1.12.0/specification/#schema-fingerprints
 */
export function rabin(canonicalForm: string): Buffer {
  let value = EMPTY
  for (const byte of Buffer.from(canonicalForm))
    value = (value >> 8n) ^ TABLE[Number((value ^ BigInt(byte)) & 0xffn)]
  const fingerprint = Buffer.alloc(8)
  fingerprint.writeBigUInt64LE(value)
  return fingerprint
}
