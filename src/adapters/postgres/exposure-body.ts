import type { Exposure } from "../../services/serving"

/** An exposure as it is stored; the features of a slot in base64, or in plain numbers where it was stored before that. */
export type ExposureBody = Omit<Exposure, "slots"> & {
  slots: readonly (Omit<Exposure["slots"][number], "features"> & { features: string | number[] })[]
}

const BYTES = Float32Array.BYTES_PER_ELEMENT

let floats = new Float32Array(64)
let bytes = Buffer.from(floats.buffer)

/**
 * Features as 32-bit floats in base64: exact enough to learn from, and a third of what the database has to parse and to
 * compress of plain numbers.
 */
export function bodyOf(exposure: Exposure): ExposureBody {
  return { ...exposure, slots: exposure.slots.map((slot) => ({ ...slot, features: packed(slot.features) })) }
}

export function exposureFrom({ slots, ...rest }: ExposureBody): Exposure {
  return {
    ...rest,
    slots: slots.map((slot) => ({
      ...slot,
      features: typeof slot.features === "string" ? unpacked(slot.features) : slot.features,
    })),
  }
}

function packed(features: readonly number[]): string {
  if (floats.length < features.length) {
    floats = new Float32Array(2 * features.length)
    bytes = Buffer.from(floats.buffer)
  }
  floats.set(features)
  return bytes.toString("base64", 0, BYTES * features.length)
}

function unpacked(text: string): number[] {
  // In memory of its own, which begins where floats may lie.
  const { buffer } = Uint8Array.from(Buffer.from(text, "base64"))
  return Array.from(new Float32Array(buffer))
}
