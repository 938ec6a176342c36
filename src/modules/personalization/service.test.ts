import { silentLogger } from "../../services/lib"
import { FULL_CONSENT, NO_CONSENT } from "../../services/privacy"
import PersonalizationModuleService, { STARTED_EVENT } from "./service"

function setUp(emit: () => Promise<void> = async () => {}) {
  const warnings: string[] = []
  const emitted: string[] = []
  const service = new PersonalizationModuleService(
    {
      // Nothing listens there; the tests do not get that far.
      configModule: { projectConfig: { databaseUrl: "postgres://nobody@127.0.0.1:1/none" } },
      logger: { ...silentLogger, warn: (message: string) => void warnings.push(message) },
      event_bus: { emit: ({ name }) => (emitted.push(name), emit()) },
    },
    { retrieval: { index: "exact" } }
  )
  const { engine } = service
  const stop = jest.spyOn(engine, "stop").mockResolvedValue()
  const start = jest.spyOn(engine, "start").mockResolvedValue()
  const failures = async () => (await engine.metricsText()).match(/consent_read_failures_total\{.*/g) ?? []
  return { service, engine, start, stop, warnings, emitted, failures }
}

describe("consent for a list", () => {
  it("is the recorded one", async () => {
    const { service, engine, failures } = setUp()
    jest.spyOn(engine, "consentRecord").mockResolvedValue(FULL_CONSENT)
    expect(await service.consentForList({ visitorId: "v" })).toEqual(FULL_CONSENT)
    expect(await failures()).toEqual([])
  })

  it("is none when the record can't be read, while who asks for the consent itself is told", async () => {
    const { service, engine, failures } = setUp()
    jest.spyOn(engine, "consentRecord").mockRejectedValue(new Error("down"))
    expect(await service.consentForList({ visitorId: "v", consent: FULL_CONSENT })).toEqual(NO_CONSENT)
    expect(await failures()).toEqual(['consent_read_failures_total{reason="error"} 1'])
    await expect(service.consentOf({ visitorId: "v" })).rejects.toThrow("down")
  })

  it("is none when the record does not come in time", async () => {
    const { service, engine, failures } = setUp()
    jest.spyOn(engine, "consentRecord").mockReturnValue(new Promise(() => undefined))
    expect(await service.consentForList({ visitorId: "v" })).toEqual(NO_CONSENT)
    expect(await failures()).toEqual(['consent_read_failures_total{reason="late"} 1'])
  })
})

describe("the start", () => {
  it("is announced, and does not fail when that fails", async () => {
    const { service, warnings, emitted } = setUp(() => Promise.reject(new Error("no bus")))
    await service.__hooks.onApplicationStart()
    expect(emitted).toEqual([STARTED_EVENT])
    expect(warnings).toEqual([expect.stringContaining("no bus")])
  })

  it("is undone when the shutdown came meanwhile", async () => {
    const { service, start, stop, emitted } = setUp()
    let finish: () => void = () => undefined
    start.mockReturnValue(new Promise((resolve) => (finish = resolve)))
    const starting = service.__hooks.onApplicationStart()
    await service.__hooks.onApplicationPrepareShutdown()
    await service.__hooks.onApplicationShutdown()
    finish()
    await starting
    expect(stop).toHaveBeenCalledTimes(2)
    expect(emitted).toEqual([])
  })
})
