import { deliver, type DeliveryPolicy } from "./deliver"

const policy = (changes: Partial<DeliveryPolicy> = {}): DeliveryPolicy & { waits: number[] } => {
  const waits: number[] = []
  return {
    maxAttempts: 3,
    backoffMs: 100,
    wait: async (ms) => void waits.push(ms),
    stopped: () => false,
    waits,
    ...changes,
  }
}

it("tries again with growing patience", async () => {
  let calls = 0
  const rules = policy()
  const handler = async () => {
    if (++calls < 3) throw new Error("no")
  }
  expect(await deliver([1], handler, rules, async () => fail())).toBe(true)
  expect(rules.waits).toEqual([100, 200])
})

it("buries only what fails alone", async () => {
  const buried: [number, string][] = []
  const handled: number[] = []
  const handler = async (batch: readonly number[]) => {
    if (batch.includes(2)) throw new Error("bad two")
    handled.push(...batch)
  }
  expect(await deliver([1, 2, 3], handler, policy(), async (n, e) => void buried.push([n, e.message]))).toBe(
    true
  )
  expect(handled).toEqual([1, 3])
  expect(buried).toEqual([[2, "bad two"]])
})

it("leaves the batch unacknowledged when it is stopped", async () => {
  let stopped = false
  const handler = async () => {
    stopped = true
    throw new Error("no")
  }
  expect(await deliver([1, 2], handler, policy({ stopped: () => stopped }), async () => fail())).toBe(false)
})

it("does not acknowledge what could not be buried", async () => {
  const bury = async () => {
    throw new Error("no database")
  }
  const handler = async () => {
    throw new Error("no")
  }
  await expect(deliver([1], handler, policy(), bury)).rejects.toThrow("no database")
})

const fail = (): never => {
  throw new Error("must not be called")
}
