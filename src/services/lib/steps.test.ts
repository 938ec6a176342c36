import { finish, finishInTurns, type Steps } from "./steps"

function* counting(to: number, seen: number[], fails = false): Steps<string> {
  for (let i = 1; i <= to; i++) {
    seen.push(i)
    yield
  }
  if (fails) throw new Error("failed")
  return "done"
}

it("does all steps at once", () => {
  const seen: number[] = []
  expect(finish(counting(3, seen))).toBe("done")
  expect(seen).toEqual([1, 2, 3])
  expect(() => finish(counting(1, [], true))).toThrow("failed")
})

it("does each step in a turn of its own", async () => {
  const seen: number[] = []
  const work = finishInTurns(counting(3, seen))
  const before: number[] = []
  const watch = () => {
    before.push(seen.length)
    if (seen.length < 3) setImmediate(watch)
  }
  setImmediate(watch)
  expect(await work).toBe("done")
  expect(before).toEqual([1, 2, 3])
  await expect(finishInTurns(counting(1, [], true))).rejects.toThrow("failed")
})
