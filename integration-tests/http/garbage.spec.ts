import { describeStore, publishableKey } from "./demo-store"
import { garbageCases, sendTo } from "./garbage"

describeStore("malformed input", () => {
  it("never breaks a route: 1,000 cases, each refused by name or taken in part", async () => {
    const send = sendTo(process.env.PERSONALIZATION_STORE_URL as string)
    const statuses = await garbageCases(send, { publishableKey: await publishableKey() })
    expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBe(1_000)
    expect(statuses[400]).toBeGreaterThan(300)
    expect(statuses[202]).toBeGreaterThan(50)
  }, 300_000)
})
