import type { Placement, PlacementStore } from "../serving"

const placement = (name: string, limit = 8): Placement => ({
  name,
  sources: { popularity: 1 },
  fallback: ["popularity"],
  filters: { inStock: true, notInCart: true, notSeeds: true, notBoughtDays: 0 },
  limit,
  title: "For you",
})

/** What every PlacementStore must do. */
export function placementStoreContract(
  name: string,
  make: () => Promise<{ store: PlacementStore; close?(): Promise<void> }>
): void {
  describe(`PlacementStore: ${name}`, () => {
    it("lists, replaces and removes placements", async () => {
      const { store, close } = await make()
      expect(await store.list()).toEqual([])
      await store.put(placement("b"))
      await store.put(placement("a"))
      await store.put(placement("b", 20))
      expect(await store.list()).toEqual([placement("a"), placement("b", 20)])
      await store.remove("a")
      await store.remove("unknown")
      expect(await store.list()).toEqual([placement("b", 20)])
      await close?.()
    })
  })
}
