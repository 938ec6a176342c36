import { EMPTY_STATE, type RankerState, type RankerStore } from "../ranking"

const at = (revision: number, lists: number): RankerState => ({ ...EMPTY_STATE, revision, lists })

/** What every RankerStore must do; `make` gives an empty one. */
export function rankerStoreContract(name: string, make: () => Promise<{ store: RankerStore }>): void {
  describe(`RankerStore: ${name}`, () => {
    let store: RankerStore
    beforeEach(async () => {
      ;({ store } = await make())
    })

    it("is empty at first", async () => {
      expect(await store.load()).toBeUndefined()
      expect(await store.revision()).toBe(0)
    })

    it("gives a state back as it was stored", async () => {
      const state: RankerState = {
        ...at(1, 7),
        online: { names: ["a|mobile"], values: [0.125], mean: [0], square: [1e-9], steps: [3] },
        cursor: "12345678901234567890",
      }
      expect(await store.save(state)).toBe(true)
      expect(await store.load()).toEqual(state)
      expect(await store.revision()).toBe(1)
    })

    it("takes only what comes right after what it holds", async () => {
      expect(await store.save(at(1, 1))).toBe(true)
      expect(await store.save(at(1, 2))).toBe(false)
      expect(await store.save(at(3, 3))).toBe(false)
      expect((await store.load())!.lists).toBe(1)
      expect(await store.save(at(2, 4))).toBe(true)
      expect((await store.load())!.lists).toBe(4)
    })

    it("lets one owner learn at a time, and another when the time is over", async () => {
      expect(await store.lease("one", 60_000)).toBe(true)
      expect(await store.lease("two", 60_000)).toBe(false)
      expect(await store.save(at(1, 1))).toBe(true)
      expect(await store.lease("one", 1)).toBe(true)
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(await store.lease("two", 60_000)).toBe(true)
      expect(await store.lease("one", 60_000)).toBe(false)
      expect(await store.revision()).toBe(1)
    })
  })
}
