import type { AuditStore, DayAudit } from "../measurement"

const audit = (day: string, lists: number): DayAudit => ({
  day,
  audit: {
    all: {
      lists,
      intraListSimilarity: 0.5,
      categoryEntropy: 1.5,
      novelty: 7,
      serendipity: 0.25,
      coverage: 0.75,
      gini: 0.5,
      brandShare: 0.125,
      longTailShare: 0.5,
    },
  },
  alerts: [{ segment: "all", figure: "gini", value: 0.5, max: 0.4 }],
})

export function auditStoreContract(name: string, open: () => Promise<{ store: AuditStore }>): void {
  describe(`${name} (AuditStore)`, () => {
    it("keeps one audit a day, gives the newest first, and drops the old ones", async () => {
      const { store } = await open()
      expect(await store.list(10)).toEqual([])
      await store.put(audit("2026-01-31", 1))
      await store.put(audit("2026-02-01", 2))
      await store.put(audit("2026-01-30", 3))
      await store.put(audit("2026-02-01", 4))
      expect(await store.list(2)).toEqual([audit("2026-02-01", 4), audit("2026-01-31", 1)])
      await store.purgeBefore("2026-01-31")
      expect((await store.list(10)).map(({ day }) => day)).toEqual(["2026-02-01", "2026-01-31"])
    })
  })
}
