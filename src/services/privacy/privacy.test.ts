import { FULL_CONSENT, NO_CONSENT, mayProfile, mayStore, mayTrain, resolveConsent } from "."

const consent = (...granted: string[]) =>
  Object.fromEntries(Object.keys(NO_CONSENT).map((p) => [p, granted.includes(p)])) as never

describe("resolveConsent", () => {
  it("takes event, then sender, then record, then default", () => {
    const fallback = NO_CONSENT
    expect(resolveConsent({ fallback })).toEqual(NO_CONSENT)
    expect(resolveConsent({ fallback: FULL_CONSENT })).toEqual(FULL_CONSENT)
    expect(resolveConsent({ recorded: FULL_CONSENT, fallback })).toEqual(FULL_CONSENT)
    expect(resolveConsent({ sender: FULL_CONSENT, fallback })).toEqual(FULL_CONSENT)
    expect(resolveConsent({ event: consent("analytics"), fallback: FULL_CONSENT })).toEqual(
      consent("analytics")
    )
  })

  it.each([
    ["record", { event: FULL_CONSENT, recorded: NO_CONSENT }, NO_CONSENT],
    ["sender", { event: FULL_CONSENT, sender: consent("analytics") }, consent("analytics")],
    ["event", { event: consent("personalization"), recorded: FULL_CONSENT }, consent("personalization")],
  ])("lets an opt-out of the %s outrank a grant", (_who, statements, expected) => {
    expect(resolveConsent({ ...statements, fallback: FULL_CONSENT })).toEqual(expected)
  })

  it("reads Global Privacy Control as a denial of personalization, unless it is granted here and now", () => {
    const denied = { ...FULL_CONSENT, personalization: false }
    const fallback = FULL_CONSENT
    expect(resolveConsent({ gpc: true, fallback })).toEqual(denied)
    expect(resolveConsent({ gpc: true, recorded: FULL_CONSENT, fallback })).toEqual(denied)
    expect(resolveConsent({ gpc: true, event: FULL_CONSENT, fallback })).toEqual(FULL_CONSENT)
    expect(resolveConsent({ gpc: true, sender: FULL_CONSENT, fallback })).toEqual(FULL_CONSENT)
    expect(resolveConsent({ gpc: true, event: FULL_CONSENT, recorded: denied, fallback })).toEqual(denied)
  })

  it("changes no statement", () => {
    expect(Object.isFrozen(NO_CONSENT)).toBe(true)
    const event = { ...FULL_CONSENT }
    resolveConsent({ event, gpc: true, recorded: NO_CONSENT, fallback: NO_CONSENT })
    expect(event).toEqual(FULL_CONSENT)
  })
})

it("allows nothing without analytics", () => {
  const rest = consent("personalization", "experimentation", "model_training")
  expect([mayStore(rest), mayProfile(rest), mayTrain(rest)]).toEqual([false, false, false])
  expect([mayStore, mayProfile, mayTrain].map((may) => may(FULL_CONSENT))).toEqual([true, true, true])
})
