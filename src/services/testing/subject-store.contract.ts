import { FULL_CONSENT, NO_CONSENT, type SubjectStore } from "../privacy"

/** What every SubjectStore must do. */
export function subjectStoreContract(
  name: string,
  make: () => Promise<{ store: SubjectStore; close?(): Promise<void> }>
): void {
  describe(`SubjectStore: ${name}`, () => {
    let store: SubjectStore
    let close: (() => Promise<void>) | undefined
    beforeEach(async () => {
      ;({ store, close } = await make())
    })
    afterEach(() => close?.())

    it("knows nothing at first", async () => {
      expect(await store.consentOf({ visitorId: "v1", customerId: "c1" })).toBeUndefined()
      expect(await store.consentsOf([])).toEqual([])
      expect(await store.visitorsOf("c1")).toEqual([])
    })

    it("keeps the newest statement, in whatever order they arrive", async () => {
      await store.recordConsent("v1", FULL_CONSENT, 2_000)
      await store.recordConsent("v1", NO_CONSENT, 1_000)
      expect(await store.consentOf({ visitorId: "v1" })).toEqual(FULL_CONSENT)
      await store.recordConsent("v1", NO_CONSENT, 2_000)
      expect(await store.consentOf({ visitorId: "v1" })).toEqual(NO_CONSENT)
    })

    it("takes the visitor's own statement, then the newest of the customer's visitors", async () => {
      await store.recordConsent("v1", NO_CONSENT, 1_000)
      await store.recordConsent("v2", FULL_CONSENT, 2_000)
      await store.link("v1", "c1")
      await store.link("v2", "c1")
      await store.link("v3", "c1")
      expect(
        await store.consentsOf([
          { visitorId: "v1", customerId: "c1" },
          { customerId: "c1" },
          { visitorId: "v3", customerId: "c1" },
          { visitorId: "v3" },
          {},
        ])
      ).toEqual([NO_CONSENT, FULL_CONSENT, FULL_CONSENT, undefined, undefined])
      const visitors = ["v3", "v2", "v1", "v2", "unknown"].map((visitorId) => ({ visitorId }))
      expect(await store.consentsOf([...visitors, {}])).toEqual([
        undefined,
        FULL_CONSENT,
        NO_CONSENT,
        FULL_CONSENT,
        undefined,
        undefined,
      ])
    })

    it("links a visitor once and for all", async () => {
      await store.link("v1", "c1")
      await store.link("v1", "c2")
      await store.link("v2", "c1")
      expect((await store.visitorsOf("c1")).sort()).toEqual(["v1", "v2"])
      expect(await store.visitorsOf("c2")).toEqual([])
    })

    it("takes a link back, after which another may come", async () => {
      await store.link("v1", "c1")
      await store.unlink("v1", "c2")
      expect(await store.visitorsOf("c1")).toEqual(["v1"])
      await store.unlink("v1", "c1")
      expect(await store.visitorsOf("c1")).toEqual([])
      await store.link("v1", "c2")
      expect(await store.visitorsOf("c2")).toEqual(["v1"])
    })

    it("erases a subject", async () => {
      await store.recordConsent("v1", FULL_CONSENT, 1)
      await store.link("v2", "c1")
      await store.recordConsent("v3", FULL_CONSENT, 1)
      expect(await store.erase({ visitorIds: ["v1"], customerId: "c1" })).toBe(2)
      expect(await store.visitorsOf("c1")).toEqual([])
      expect(await store.consentOf({ visitorId: "v3" })).toEqual(FULL_CONSENT)
    })
  })
}
