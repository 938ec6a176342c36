import { randomUnit, uuidv7 } from "./ids"

it("makes UUIDs of version 7 that carry their time and sort by it", () => {
  const at = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
  const id = uuidv7(at)
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(parseInt(id.slice(0, 8) + id.slice(9, 13), 16)).toBe(at)
  const many = Array.from({ length: 1000 }, () => uuidv7(at))
  expect(new Set([id, ...many]).size).toBe(1001)
  expect([id, ...many, uuidv7(at + 1)].sort()).toEqual([id, ...many, expect.stringMatching(/./)])
})

it("draws numbers from 0 to below 1", () => {
  const draws = Array.from({ length: 1000 }, randomUnit)
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0)
  expect(Math.max(...draws)).toBeLessThan(1)
})
