import type { RuleStore } from "../ranking"
import { rule } from "./rules"

const hide = (id: string, priority = 0) =>
  rule(
    id,
    { type: "hide" },
    { priority, what: { metadata: { colour: 7 } }, when: { hours: [18, 24] }, from: "2026-01-01T00:00:00Z" }
  )

/** What every RuleStore must do. */
export function ruleStoreContract(
  name: string,
  make: () => Promise<{ store: RuleStore; close?(): Promise<void> }>
): void {
  describe(`RuleStore: ${name}`, () => {
    it("lists, replaces and removes rules", async () => {
      const { store, close } = await make()
      expect(await store.list()).toEqual([])
      await store.put(hide("b"))
      await store.put(hide("a"))
      await store.put(hide("b", 5))
      expect(await store.list()).toEqual([hide("a"), hide("b", 5)])
      await store.remove("a")
      await store.remove("unknown")
      expect(await store.list()).toEqual([hide("b", 5)])
      await close?.()
    })
  })
}
