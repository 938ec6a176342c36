import { MemoryDeadLetterStore } from "../../adapters/memory/memory-dead-letter-store"
import { DeadLetters } from "./dead-letters"

it("hands letters to their groups, oldest first, and keeps those that fail again", async () => {
  const store = new MemoryDeadLetterStore()
  const handled: string[] = []
  const letters = new DeadLetters(store, {
    features: async ({ origin }) => {
      if (origin === "0:2") throw new Error("still broken")
      handled.push(origin)
    },
  })
  await store.add(
    ["0:1", "0:2", "0:3"].map((origin) => ({ group: "features", origin, event: {}, error: "boom" }))
  )
  await store.add([{ group: "gone", origin: "0:4", event: {}, error: "boom" }])
  const ids = (await letters.list({ limit: 10 })).map(({ id }) => id)
  const { replayed, failed } = await letters.replay([...ids, "12345"])
  expect(handled).toEqual(["0:1", "0:3"])
  expect(replayed).toHaveLength(2)
  expect(failed.map(({ error }) => error)).toEqual(["still broken", "no group gone is handled here"])
  expect((await letters.list({ limit: 10 })).map(({ origin }) => origin)).toEqual(["0:4", "0:2"])
  expect(await letters.discard(ids)).toBe(2)
  expect(await letters.list({ limit: 10 })).toEqual([])
})
