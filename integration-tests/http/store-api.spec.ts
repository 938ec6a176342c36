import { describeStore, publishableKey } from "./demo-store"
import { garbageCases, sendTo } from "./garbage"
import { serveCanRun, startServe, type ServeProcess } from "./serve-process"
import { send, storeApiContract, WRONG } from "./store-api.contract"

const medusa = { url: process.env.PERSONALIZATION_STORE_URL as string }
const describeServe = serveCanRun ? describeStore : describe.skip

describeStore("the store's API on Medusa", () => {
  storeApiContract(() => medusa)
})

describeServe("the store's API on `serve`", () => {
  let serve: ServeProcess
  beforeAll(async () => {
    serve = await startServe()
  })
  afterAll(() => serve?.stop())

  storeApiContract(() => serve)

  it.each(WRONG)("says in Medusa's words that %s is wrong in %j", async (_, call) => {
    const [theirs, ours] = [await send(medusa.url, call), await send(serve.url, call)]
    expect({ status: ours.status, body: ours.body }).toEqual({ status: theirs.status, body: theirs.body })
  })

  it("never breaks by malformed input: 1,000 cases, each refused by name or taken in part", async () => {
    const statuses = await garbageCases(sendTo(serve.url), { publishableKey: await publishableKey() })
    expect(Object.values(statuses).reduce((sum, count) => sum + count, 0)).toBe(1_000)
    expect(statuses[400]).toBeGreaterThan(300)
    expect(statuses[202]).toBeGreaterThan(50)
  }, 300_000)

  it("ends with 0 when it is asked to", async () => {
    const second = await startServe()
    const answer = await fetch(`${second.url}/personalization/health/live`)
    expect(answer.status).toBe(200)
    expect(await second.stop()).toBe(0)
  })
})
