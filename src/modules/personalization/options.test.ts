import { PersonalizationError } from "../../services/lib"
import { resolveOptions } from "./options"

describe("options", () => {
  it("have a default each and are frozen all through", () => {
    const options = resolveOptions(undefined)
    expect(options.postgres.schema).toBe("personalization")
    expect(options.serving.deadlineMs).toBe(100)
    expect(Object.isFrozen(options)).toBe(true)
    expect(Object.isFrozen(options.serving)).toBe(true)
  })

  it("keep what is given and fill in the rest", () => {
    const options = resolveOptions({ serving: { deadlineMs: 50 } })
    expect(options.serving).toEqual({
      deadlineMs: 50,
      maxLimit: 50,
      candidates: 100,
      exposureRetentionDays: 400,
    })
  })

  it.each([
    [{ serving: { deadlineMs: "fast" } }, "serving.deadlineMs"],
    [{ retrieval: { index: "annoy" } }, "retrieval.index"],
    [{ postgres: { schema: 'x"; DROP' } }, "postgres.schema"],
    [{ unknown: 1 }, "unknown"],
    [{ events: { queueSise: 5 } }, "queueSise"],
  ])("stop the start for %j, name %s and say the remedy", (input, name) => {
    expect(() => resolveOptions(input)).toThrow(PersonalizationError)
    expect(() => resolveOptions(input)).toThrow(name)
    expect(() => resolveOptions(input)).toThrow("medusa-config")
  })
})
