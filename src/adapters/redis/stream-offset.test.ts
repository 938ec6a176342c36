import { compareOffsets } from "../../services/events"
import { fnv1a } from "./stream-keys"
import { idOfOffset, offsetBefore, offsetOfId } from "./stream-offset"

it("turns ids into offsets that compare as the entries follow each other, and back", () => {
  const ids = ["0-0", "0-1", "0-12", "7-3", "1700000000000-0", "1700000000000-9", "1700000000000-10"]
  ids.push("1700000000000-4294967296", "1700000000001-0")
  const offsets = ids.map(offsetOfId)
  expect(offsets.map(idOfOffset)).toEqual(ids)
  for (let i = 1; i < ids.length; i++) expect(compareOffsets(offsets[i - 1], offsets[i])).toBeLessThan(0)
  expect(offsetOfId("1700000000000-9")).toBe("17000000000000000000009")
})

it("knows the place before an entry, also the first of its millisecond", () => {
  for (const id of ["1700000000000-5", "1700000000000-0"]) {
    const before = offsetBefore(offsetOfId(id))
    expect(compareOffsets(before, offsetOfId(id))).toBeLessThan(0)
    expect(compareOffsets(before, offsetOfId("1699999999999-9999999998"))).toBeGreaterThan(0)
  }
})

it("hashes as FNV-1a does: the partition of a shopper may never change", () => {
  // Vectors of the hash's authors.
  expect([fnv1a(""), fnv1a("a"), fnv1a("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
})
