const SEED = 0x9747b28c
const M = 0x5bd1e995

/**
 * 32-bit murmur2 of the UTF-8 bytes, as Kafka's own clients hash a key
 * (https://github.com/apache/kafka/blob/trunk/clients/src/main/java/org/apache/kafka/common/utils/Utils.java). The one of
 * kafkajs gives the same, but reckons in BigInt, which takes longer than all else that is done with a small message.
 */
export function murmur2(key: string): number {
  const data = Buffer.from(key)
  const { length } = data
  const whole = length - (length % 4)
  let h = SEED ^ length
  for (let i = 0; i < whole; i += 4) {
    let k = Math.imul(data.readInt32LE(i), M)
    k = Math.imul(k ^ (k >>> 24), M)
    h = Math.imul(h, M) ^ k
  }
  const rest = length - whole
  if (rest === 3) h ^= data[whole + 2] << 16
  if (rest >= 2) h ^= data[whole + 1] << 8
  if (rest >= 1) h = Math.imul(h ^ data[whole], M)
  h = Math.imul(h ^ (h >>> 13), M)
  return h ^ (h >>> 15)
}

/** Where Kafka's own clients put a key. */
export const partitionOf = (key: string, partitions: number): number =>
  (murmur2(key) & 0x7fffffff) % partitions
