import { validate, version } from "uuid"
import { dayOfEventId, eventIdFrom, isEventId, newEventId, timeOfEventId } from "./event-id"

it.each([0, 1, 1_700_000_000_123, 2 ** 48 - 1])("holds the time %i", (ms) => {
  for (const id of [newEventId(ms), eventIdFrom(ms, "x")]) {
    expect([validate(id), version(id), isEventId(id)]).toEqual([true, 7, true])
    expect(timeOfEventId(id)).toBe(ms)
  }
})

it("makes fresh ids, or the same one for the same fact", () => {
  expect(newEventId(5)).not.toBe(newEventId(5))
  expect(eventIdFrom(5, "order 1")).toBe(eventIdFrom(5, "order 1"))
  expect(new Set([eventIdFrom(5, "a"), eventIdFrom(5, "b"), eventIdFrom(6, "a")]).size).toBe(3)
})

it("knows the day in UTC", () => {
  expect(dayOfEventId(newEventId(Date.parse("2026-02-28T23:59:59.999Z")))).toBe("2026-02-28")
})

it("knows what is no UUIDv7", () => {
  expect(isEventId("6ba7b810-9dad-41d1-80b4-00c04fd430c8")).toBe(false)
  expect(isEventId(`${newEventId(1)} `)).toBe(false)
})
