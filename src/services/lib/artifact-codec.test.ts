import fc from "fast-check"
import { decodeArtifact, decodeInSteps, encodeArtifact } from "./artifact-codec"
import type { Artifact } from "./artifact"

const artifacts: fc.Arbitrary<Artifact> = fc.record({
  meta: fc.dictionary(fc.string(), fc.jsonValue()) as fc.Arbitrary<Record<string, unknown>>,
  arrays: fc.dictionary(
    fc.string(),
    fc.oneof(fc.float32Array(), fc.float64Array(), fc.int32Array(), fc.uint32Array(), fc.uint8Array())
  ),
})

it("gives back every artifact to the last bit", () => {
  fc.assert(
    fc.property(artifacts, (artifact) => {
      const decoded = decodeArtifact(encodeArtifact(artifact))
      expect(decoded.meta).toEqual(JSON.parse(JSON.stringify(artifact.meta)))
      expect(Object.keys(decoded.arrays).sort()).toEqual(Object.keys(artifact.arrays).sort())
      for (const [name, array] of Object.entries(artifact.arrays)) {
        expect(decoded.arrays[name].constructor).toBe(array.constructor)
        expect([...decoded.arrays[name]]).toEqual([...array])
      }
    }),
    { numRuns: 200, seed: 1 }
  )
})

it("encodes equal content equally, whatever the order of names, and views by their own part", () => {
  const a = { meta: {}, arrays: { x: Int32Array.of(2), y: Uint8Array.of(1) } }
  const b = { meta: {}, arrays: { y: Uint8Array.of(1), x: Int32Array.of(1, 2).subarray(1) } }
  expect(encodeArtifact(a)).toEqual(encodeArtifact(b))
})

it("decodes from any place in a larger buffer", () => {
  const bytes = encodeArtifact({ meta: { a: 1 }, arrays: { x: Float64Array.of(1.5, NaN) } })
  const moved = Buffer.concat([Buffer.alloc(3), bytes]).subarray(3)
  expect([...decodeArtifact(moved).arrays.x]).toEqual([1.5, NaN])
})

it("decodes a large artifact a megabyte at a time", () => {
  const numbers = Float64Array.from({ length: 400_000 }, (_, i) => i / 7)
  const bytes = encodeArtifact({ meta: {}, arrays: { numbers } })
  // 3.2 MB: four steps to look whether they are whole, four to copy them.
  expect([...decodeInSteps(bytes)]).toHaveLength(8)
  expect(decodeArtifact(bytes).arrays.numbers).toEqual(numbers)
})

it("refuses what is not as it was written", () => {
  const bytes = encodeArtifact({ meta: { a: 1 }, arrays: { x: Float32Array.of(1, 2, 3) } })
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
      const damaged = Buffer.from(bytes)
      damaged[at] ^= 1 << bit
      expect(() => decodeArtifact(damaged)).toThrow(expect.objectContaining({ code: "corrupt_artifact" }))
    }),
    { numRuns: 300, seed: 1 }
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      expect(() => decodeArtifact(noise)).toThrow(expect.objectContaining({ code: "corrupt_artifact" }))
    }),
    { seed: 1 }
  )
  for (const length of [0, 15, 47, bytes.length - 1])
    expect(() => decodeArtifact(bytes.subarray(0, length))).toThrow(
      expect.objectContaining({ code: "corrupt_artifact" })
    )
})
